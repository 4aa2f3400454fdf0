using Polymath.Fields.Data;
using Polymath.Fields.Translation.Pairs;

namespace Polymath.Fields.Translation;

/// <summary>The data sets of the translation field.</summary>
public static class TranslationDataSets
{
    private static readonly string[] Languages = ["de", "es", "fr"];

    /// <summary>The data sets in the order of their names.</summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new DataSet
        {
            Name = "debian-descriptions",
            Description = "Descriptions of Debian's packages in English, German, Spanish and French, by volunteers.",
            Licence = "that of each package",
            Origin = new DebianDescriptions(Languages),
            DownloadBytes = 12_000_000,
            Derivation = "Descriptions of the same MD5 are paired line by line of their titles and paragraphs, a file of tab-separated pairs a language.",
            Content = new DataContent(
                3, 22_291_891, "8f6179b3c8fc48984c621d16dce57d972f508361aaf19d4ef11389e5b5601955"),
            IsWanted = _ => true,
            Derive = (fetched, target) => DescriptionPairs.Derive(fetched, target, Languages),
        },
    ];
}
