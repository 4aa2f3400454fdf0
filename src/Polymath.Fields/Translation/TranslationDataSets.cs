using Polymath.Fields.Data;
using Polymath.Fields.Translation.Pairs;

namespace Polymath.Fields.Translation;

/// <summary>The data sets of the translation field.</summary>
public static class TranslationDataSets
{
    private static readonly string[] Languages = ["de", "es", "fr"];

    private const string Modules = "usr/share/sword/modules/texts/ztext/", KingJames = "engKJV2006eb", ReinaValera = "spaRV1909eb";

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
        new DataSet
        {
            Name = "verses",
            Description = "31 000 verses of the Bible in English (King James) and Spanish (Reina-Valera, 1909).",
            Licence = "public domain",
            Origin = new DebianPackage("sword-text-kjv", "sword-text-sparv"),
            DownloadBytes = 5_522_808,
            Derivation = "The verses of both modules without notes, headings and marks, paired by their places, as tab-separated pairs.",
            Content = new DataContent(
                1, 8_079_601, "62357cc2c42b51af0b5dd25cbff1a08c98353e240eb5941b36099c37f5da7cd1"),
            IsWanted = path => path.StartsWith(Modules, StringComparison.Ordinal),
            Derive = (fetched, target) => SwordVerses.Derive(
                Path.Combine(fetched, Modules, KingJames), Path.Combine(fetched, Modules, ReinaValera), ("en", "es"), target),
        },
    ];
}
