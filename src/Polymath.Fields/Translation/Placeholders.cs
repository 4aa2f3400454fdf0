using System.Text.RegularExpressions;

namespace Polymath.Fields.Translation;

/// <summary>What a translation must take over unchanged: <c>{0}</c>, <c>%s</c>, <c>$(Name)</c>, <c>&lt;b&gt;</c>.</summary>
public static partial class Placeholders
{
    /// <summary>The placeholders and marks of a text, sorted: equal where two texts have the same ones.</summary>
    public static IReadOnlyList<string> Of(string text) =>
        [.. Pattern().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal)];

    /// <summary>Whether two texts have the same placeholders, in any order.</summary>
    public static bool AreSame(string source, string target) => Of(source).SequenceEqual(Of(target));

    /// <summary>The text without them.</summary>
    public static string Remove(string text) => Pattern().Replace(text, " ");

    // Composite format items; C's conversions; properties of MSBuild and shells; tags and entities of markup. A per cent
    // sign that is followed by a space and a letter is a per cent sign.
    [GeneratedRegex(
        @"\{[A-Za-z0-9_.]{0,40}(?:,-?\d+)?(?::[^{}\s]{1,20})?\}|%(?:\d+\$)?[-+#0]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j)?[sdiufgxXcp](?![A-Za-z])"
        + @"|%\([A-Za-z_]\w*\)[sd]|\$\([A-Za-z_.]\w*\)|\$\{[A-Za-z_.]\w*\}|</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]{0,200})?/?>|&[A-Za-z]{2,8};")]
    private static partial Regex Pattern();
}
