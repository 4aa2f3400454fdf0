using Polymath.Fields.Data;
using Polymath.Fields.Images.Sources;

namespace Polymath.Fields.Images;

/// <summary>The data sets of images.</summary>
public static class ImageDataSets
{
    private const string FashionFolder = "usr/share/datasets/fashion-mnist/";
    private const string DigitsFile = "usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";

    private const string GlyphFolder = "usr/share/pixmaps/cns11643/";
    private const string SpriteFolder = "usr/share/games/wesnoth/1.16/data/core/images/units/";

    /// <summary>The data sets in the order of their names.</summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new DataSet
        {
            Name = "cns-glyphs",
            Description = "13 962 Chinese characters of 24 x 24 pixels, those of CNS 11643's first two planes, a folder each.",
            Licence = "OGDL-Taiwan-1.0",
            Origin = new DebianPackage("fonts-cns11643-pixmaps"),
            DownloadBytes = 86_464_228,
            Derivation = $"The PNG files of {GlyphFolder}a1 and a2 as they are.",
            Content = new DataContent(
                13_962, 15_859_768, "ca141e2612a250a337274d27473c98bf756ad171cd7b4541ade766b411e6d23d"),
            IsWanted = path => path.StartsWith(GlyphFolder + "a1/", StringComparison.Ordinal)
                || path.StartsWith(GlyphFolder + "a2/", StringComparison.Ordinal),
            Derive = (fetched, target) => MoveBelow(Path.Combine(fetched, GlyphFolder), target),
        },
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
            Derive = (fetched, target) => MoveBelow(Path.Combine(fetched, Path.GetDirectoryName(DigitsFile)!), target),
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
            Derive = (fetched, target) => MoveBelow(Path.Combine(fetched, FashionFolder), target),
        },
        new DataSet
        {
            Name = "wesnoth-sprites",
            Description = "5 782 pictures of the people and beasts of Battle for Wesnoth, most of 72 x 72 pixels, a folder a race.",
            Licence = "GPL-2.0-or-later",
            Origin = new DebianPackage("wesnoth-1.16-data"),
            DownloadBytes = 146_229_044,
            Derivation = $"The PNG files of {SpriteFolder} as they are.",
            Content = new DataContent(
                5_782, 8_903_912, "29f50e103d224d756ae3a53f18bf8f1d8a5712fd2ca78a5562f3acf8fa74fd5d"),
            IsWanted = path => path.StartsWith(SpriteFolder, StringComparison.Ordinal)
                && path.EndsWith(".png", StringComparison.Ordinal),
            Derive = (fetched, target) => MoveBelow(Path.Combine(fetched, SpriteFolder), target),
        },
    ];

    // With the folders that they lie in below it.
    private static void MoveBelow(string folder, string target)
    {
        foreach (string file in DataContent.Files(folder))
        {
            string place = Path.Combine(target, file);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            File.Move(Path.Combine(folder, file), place);
        }
    }
}
