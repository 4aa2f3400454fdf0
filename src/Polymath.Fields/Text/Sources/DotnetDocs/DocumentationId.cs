namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>
/// The identifier of a member in an XML documentation file, such as
/// <c>M:System.Collections.Generic.List`1.Add(`0)</c>, read into names that a person would write.
/// </summary>
/// <param name="Kind">T (type), M (method), P (property), F (field), E (event), N (namespace), ! (error).</param>
/// <param name="Path">Namespace, types and member, separated by dots, without arities and parameters.</param>
/// <remarks>Source: ECMA-334 (C#), annex D.4.2, "ID string format".</remarks>
internal readonly record struct DocumentationId(char Kind, string Path)
{
    /// <summary>Whether the identifier names a type.</summary>
    public bool IsType => Kind == 'T';

    /// <summary>The full name of the type: of the member's declaring type when this is a member.</summary>
    public string TypePath => IsType ? Path : Before(Path);

    /// <summary>The name after the last dot; a constructor is called after its type.</summary>
    public string Name
    {
        get
        {
            string last = After(Path);
            return last is "#ctor" or "#cctor" ? After(Before(Path)) : Plain(last);
        }
    }

    /// <summary>How prose names it: a type by its name, a member by its type and name, <c>String.Format</c>.</summary>
    public string ShortName
    {
        get
        {
            if (Kind is 'T' or 'N' or '!' || After(Path) is "#ctor" or "#cctor")
            {
                return Name;
            }

            string type = After(Before(Path));
            return type.Length == 0 ? Name : $"{type}.{Name}";
        }
    }

    /// <summary>Reads an identifier; anything that is not one is taken as a name without a kind.</summary>
    public static DocumentationId Parse(string text)
    {
        bool hasKind = text.Length >= 2 && text[1] == ':';
        ReadOnlySpan<char> path = hasKind ? text.AsSpan(2) : text;
        return new DocumentationId(hasKind ? text[0] : 'T', WithoutArguments(path));
    }

    // Drops parameter lists "(...)", type arguments "{...}", return types "~...", arities "`1", "``2" and by-ref "@".
    private static string WithoutArguments(ReadOnlySpan<char> path)
    {
        Span<char> kept = path.Length <= 512 ? stackalloc char[path.Length] : new char[path.Length];
        int count = 0;
        int braces = 0;
        for (int i = 0; i < path.Length; i++)
        {
            char c = path[i];
            if (c is '(' or '~')
            {
                break;
            }

            braces += c == '{' ? 1 : 0;
            if (c == '`')
            {
                while (i + 1 < path.Length && (path[i + 1] == '`' || char.IsAsciiDigit(path[i + 1])))
                {
                    i++;
                }
            }
            else if (braces == 0 && c != '@')
            {
                kept[count++] = c;
            }

            braces -= c == '}' && braces > 0 ? 1 : 0;
        }

        return kept[..count].ToString();
    }

    private static string Before(string path)
    {
        int dot = path.LastIndexOf('.');
        return dot < 0 ? "" : path[..dot];
    }

    private static string After(string path) => path[(path.LastIndexOf('.') + 1)..];

    // An explicit implementation writes the interface's dots as '#'; an operator is a method named op_Addition.
    private static string Plain(string name)
    {
        string last = name[(name.LastIndexOf('#') + 1)..];
        return last.StartsWith("op_", StringComparison.Ordinal) ? last[3..] : last;
    }
}
