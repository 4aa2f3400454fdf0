using Polymath.Compute;
using Polymath.Learning;

namespace Polymath.Fields.Translation.Pairs;

/// <summary>Finds pairs by what a person says: nothing, a known name, files or folders.</summary>
internal static class PairSources
{
    /// <summary>What is known by name, the default first.</summary>
    public static IReadOnlyList<FieldData> Known { get; } =
    [
        new(SdkMessages.DataName, "The messages of the .NET SDK's own tools, English and 13 languages."),
    ];

    /// <summary>Opens all that is named.</summary>
    /// <param name="names">Names and paths; empty: the default.</param>
    /// <param name="stated">The direction of files that do not say their languages; null: there must be none.</param>
    /// <exception cref="InvalidInputException">Something is missing or of no known kind.</exception>
    public static IReadOnlyList<IPairSource> Open(IReadOnlyList<string> names, Direction? stated)
    {
        if (names.Count == 0)
        {
            return [new SdkMessages()];
        }

        var sources = new List<IPairSource>();
        foreach (string name in names)
        {
            sources.Add(name == SdkMessages.DataName ? new SdkMessages() : throw new InvalidInputException(name));
        }

        return sources;
    }
}
