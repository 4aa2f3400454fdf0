using System.Text;
using Polymath.Compute;

namespace Polymath.Fields.Images.Sources;

/// <summary>Comma-separated values (RFC 4180); lines may end in LF alone, and empty ones are passed over.</summary>
internal static class CsvReader
{
    /// <summary>The cells of every record, with the line that it begins in, from 1.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InvalidInputException">A quotation does not end, or text follows one.</exception>
    public static IEnumerable<(string[] Cells, int Line)> Read(string text, string name)
    {
        int position = 0, line = 1;
        while (position < text.Length)
        {
            int begin = line;
            string[] cells = ReadRecord(text, name, ref position, ref line);
            if (cells is not [""])
            {
                yield return (cells, begin);
            }
        }
    }

    private static string[] ReadRecord(string text, string name, ref int position, ref int line)
    {
        var cells = new List<string>();
        while (true)
        {
            cells.Add(position < text.Length && text[position] == '"'
                ? ReadQuoted(text, name, ref position, ref line)
                : ReadPlain(text, ref position));
            if (position < text.Length && text[position] == ',')
            {
                position++;
                continue;
            }

            int ending = position >= text.Length ? 0
                : text[position] == '\n' ? 1
                : text.AsSpan(position).StartsWith("\r\n") ? 2
                : throw new InvalidInputException($"{name}, line {line}: text follows a quotation, expected a comma");
            position += ending;
            line++;
            return [.. cells];
        }
    }

    private static string ReadPlain(string text, ref int position)
    {
        int start = position;
        while (position < text.Length && text[position] is not (',' or '\n')
            && !text.AsSpan(position).StartsWith("\r\n"))
        {
            position++;
        }

        return text[start..position];
    }

    private static string ReadQuoted(string text, string name, ref int position, ref int line)
    {
        int begin = line;
        var cell = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '"')
            {
                position++;
                if (position >= text.Length || text[position] != '"')
                {
                    return cell.ToString();
                }
            }

            line += text[position] == '\n' ? 1 : 0;
            cell.Append(text[position]);
        }

        throw new InvalidInputException($"{name}, line {begin}: a quotation does not end");
    }
}
