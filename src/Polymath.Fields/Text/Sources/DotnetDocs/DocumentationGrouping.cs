using System.Text;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>A top-level type with everything documented inside it: one document of the corpus.</summary>
/// <param name="Name">The type's full name without arity: <c>Func`1</c> to <c>Func`17</c> are one document.</param>
/// <param name="Members">The type and its members in the files' order; nested types count as members.</param>
internal sealed record TypeDocumentation(string Name, List<DocumentationMember> Members)
{
    /// <summary>
    /// The document as text: the type's name, then each member's name on a line of its own above its paragraphs,
    /// a blank line after each; overloads in succession share the name. Empty when nothing is left.
    /// </summary>
    public string Compose()
    {
        var text = new StringBuilder();
        string heading = "";
        foreach (DocumentationMember member in Members.Where(member => member.Paragraphs.Count > 0))
        {
            string name = member.Id.IsType ? member.Id.Path : member.Id.ShortName;
            if (name != heading)
            {
                text.Append(text.Length > 0 ? "\n" : "").Append(name).Append('\n');
                heading = name;
            }

            foreach (Paragraph paragraph in member.Paragraphs)
            {
                text.Append(paragraph.Text).Append('\n');
            }
        }

        return text.Length == 0 ? "" : text.Append('\n').ToString();
    }
}

/// <summary>Gathers members under their top-level types.</summary>
internal static class DocumentationGrouping
{
    /// <summary>Groups members; the groups come in the ordinal order of their names.</summary>
    public static List<TypeDocumentation> Group(IReadOnlyList<DocumentationMember> members)
    {
        var types = new HashSet<string>(members.Where(m => m.Id.IsType).Select(m => m.Id.Path), StringComparer.Ordinal);
        var groups = new SortedDictionary<string, TypeDocumentation>(StringComparer.Ordinal);
        foreach (DocumentationMember member in members)
        {
            string name = Outermost(member.Id.TypePath, types);
            if (!groups.TryGetValue(name, out TypeDocumentation? group))
            {
                groups.Add(name, group = new TypeDocumentation(name, []));
            }

            group.Members.Add(member);
        }

        return [.. groups.Values];
    }

    // A dot may part a namespace from a type or a type from a nested one; only a documented type tells which.
    private static string Outermost(string path, HashSet<string> types)
    {
        for (int dot = path.IndexOf('.'); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            if (types.Contains(path[..dot]))
            {
                return path[..dot];
            }
        }

        return path;
    }
}
