using Polymath.Fields.Data;
using Polymath.Fields.Images.Sources;

namespace Polymath.Fields.Images;

/// <summary>The data sets of images.</summary>
public static class ImageDataSets
{
    private const string FashionFolder = "usr/share/datasets/fashion-mnist/";
    private const string DigitsFile = "usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";

    /// <summary>The data sets in the order of their names.</summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new DataSet
        {
            Name = DigitsSource.DataName,
            Description = "1 797 handwritten digits of 8 x 8 grey pixels, scikit-learn's quick data set.",
            Licence = "BSD-3-Clause",
            Origin = new DebianPackage("python3-sklearn"),
            DownloadBytes = 2_102_964,
            Derivation = $"The file {DigitsFile} as it is.",
            Content = new DataContent(
                1, 57_512, "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a"),
            IsWanted = path => path == DigitsFile,
            Derive = MoveAll,
        },
        new DataSet
        {
            Name = FashionMnistSource.DataName,
            Description = "70 000 articles of clothing in ten classes, 28 x 28 grey pixels, 10 000 of them for tests.",
            Licence = "MIT",
            Origin = new DebianPackage("dataset-fashion-mnist"),
            DownloadBytes = 30_900_652,
            Derivation = $"The files {FashionFolder}*.gz as they are.",
            Content = new DataContent(
                4, 30_878_551, "f37bf62265b0989968a94c78e420344f1ede1007dabf032a0dc5e88371fef370"),
            IsWanted = path => path.StartsWith(FashionFolder, StringComparison.Ordinal),
            Derive = MoveAll,
        },
    ];

    private static void MoveAll(string fetched, string target)
    {
        foreach (string file in DataContent.Files(fetched))
        {
            File.Move(Path.Combine(fetched, file), Path.Combine(target, Path.GetFileName(file)));
        }
    }
}
