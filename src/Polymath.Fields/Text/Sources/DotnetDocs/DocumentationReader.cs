using System.Text;
using System.Xml;
using Polymath.Compute;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>
/// Reads the prose of an XML documentation file (the output of a C# compiler's <c>/doc</c> option) member by member.
/// </summary>
/// <remarks>
/// Kept: summaries, parameters, returns, values, remarks, exceptions. Left out: examples and listings of code, which
/// lose their layout in XML, "see also" lists, and notes meant for the authors.
/// </remarks>
internal static class DocumentationReader
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersInDocument = 1L << 30,
    };

    /// <summary>Reads all members that have prose, in the file's order.</summary>
    /// <exception cref="InvalidInputException">The file is not well-formed XML; names file and line.</exception>
    public static List<DocumentationMember> Read(Stream xml, string fileName)
    {
        var members = new List<DocumentationMember>();
        try
        {
            using XmlReader reader = XmlReader.Create(xml, Settings);
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.Name == "member" &&
                    reader.GetAttribute("name") is { Length: > 0 } name)
                {
                    Paragraph[] paragraphs = ReadMember(reader);
                    if (paragraphs.Length > 0)
                    {
                        members.Add(new DocumentationMember(DocumentationId.Parse(name), paragraphs));
                    }
                }
            }
        }
        catch (XmlException fault)
        {
            throw new InvalidInputException(
                $"{fileName}, line {fault.LineNumber}: expected well-formed XML documentation; reinstall the .NET SDK.",
                fault);
        }

        return members;
    }

    private static Paragraph[] ReadMember(XmlReader reader)
    {
        var prose = new ProseWriter();
        if (reader.IsEmptyElement)
        {
            return [];
        }

        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            if (SectionOf(reader) is { } section)
            {
                prose.BeginSection(section.Label, section.Rank);
                ReadContent(reader, prose);
            }
            else
            {
                Skip(reader);
            }
        }

        return prose.Finish();
    }

    // The label that begins the section's text and its rank in reading order; null: no prose worth keeping.
    private static (string Label, int Rank)? SectionOf(XmlReader section) => section.Name switch
    {
        "summary" => ("", 0),
        "typeparam" or "param" => (section.GetAttribute("name") is { Length: > 0 } name ? $"{name}: " : "", 1),
        "returns" or "return" => ("Returns: ", 2),
        "value" => ("Value: ", 2),
        "remarks" or "remark" => ("", 3),
        "exception" => (ExceptionLabel(section.GetAttribute("cref")), 4),
        _ => null,
    };

    private static string ExceptionLabel(string? type) =>
        string.IsNullOrEmpty(type) ? "Throws: " : $"Throws {DocumentationId.Parse(type).ShortName}: ";

    private static void ReadContent(XmlReader reader, ProseWriter prose)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Text:
                case XmlNodeType.Whitespace:
                case XmlNodeType.SignificantWhitespace:
                    prose.AppendText(Markdown.StripInline(reader.Value));
                    break;
                case XmlNodeType.CDATA:
                    prose.AppendText(Markdown.StripBlocks(reader.Value));
                    break;
                case XmlNodeType.Element:
                    ReadElement(reader, prose);
                    break;
            }
        }
    }

    private static void ReadElement(XmlReader reader, ProseWriter prose)
    {
        switch (reader.Name)
        {
            case "see":
            case "seealso":
            case "xref":
                ReadReference(reader, prose);
                break;
            case "paramref":
            case "typeparamref":
                prose.AppendCode(reader.GetAttribute("name") ?? "");
                Skip(reader);
                break;
            case "c":
            case "code":
                ReadCode(reader, prose);
                break;
            case "para" or "p" or "br" or "list" or "item" or "li" or "ul" or "ol" or "div" or "note":
                prose.BreakParagraph();
                ReadContent(reader, prose);
                prose.BreakParagraph();
                break;
            case "term":
                ReadContent(reader, prose);
                prose.AppendText(": ");
                break;
            case "listheader" or "example" or "script" or "devremarks" or "forInternalUseOnly" or "inheritdoc":
                Skip(reader);
                break;
            default: // description, b, i, em, strong, sup, sub, a, format, content: the text inside counts.
                ReadContent(reader, prose);
                break;
        }
    }

    private static void ReadReference(XmlReader reader, ProseWriter prose)
    {
        string? target = reader.GetAttribute("cref") ?? reader.GetAttribute("uid");
        string? word = reader.GetAttribute("langword");
        if (!reader.IsEmptyElement)
        {
            ReadContent(reader, prose);
        }
        else if (target is { Length: > 0 })
        {
            DocumentationId id = DocumentationId.Parse(target);
            prose.AppendCode(prose.EndsWithMemberDot ? id.Name : id.ShortName);
        }
        else if (word is not null)
        {
            prose.AppendCode(word);
        }
    }

    // Inline code stays in its sentence; a listing of several lines is not prose.
    private static void ReadCode(XmlReader reader, ProseWriter prose)
    {
        string code = ReadText(reader);
        if (code.AsSpan().Trim().Contains('\n'))
        {
            prose.BreakParagraph();
            return;
        }

        prose.AppendCode(code.Trim());
    }

    private static string ReadText(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return "";
        }

        var text = new StringBuilder();
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            text.Append(reader.NodeType == XmlNodeType.Element ? NameInCode(reader) : reader.Value);
        }

        return text.ToString();
    }

    // A reference stands for its name; any other element is markup that the code itself shows.
    private static string NameInCode(XmlReader element) =>
        element.GetAttribute("name") ?? element.GetAttribute("langword") ??
        (element.GetAttribute("cref") is { } target ? DocumentationId.Parse(target).ShortName : $"<{element.Name}>");

    // Leaves the reader on the end of the element, where the loops over children expect it.
    private static void Skip(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            return;
        }

        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
        }
    }
}
