using System.Text.Json;
using System.Text.Unicode;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Formats.Json;

/// <summary>
/// Reads JSON that somebody else wrote (RFC 8259): no comments, no trailing commas, no duplicate keys, valid UTF-8,
/// bounded size and depth. Every fault is an <see cref="InvalidInputException"/> that names the source.
/// </summary>
public static class StrictJson
{
    /// <summary>The usual depth limit: no configuration or tokenizer nests a quarter as deep.</summary>
    public const int DefaultMaxDepth = 64;

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file; messages name it.</param>
    /// <param name="maxBytes">The largest size that is read at all.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <exception cref="InvalidInputException">The file is unreadable, too large or not strict JSON.</exception>
    public static StrictJsonValue ReadFile(string path, int maxBytes, int maxDepth = DefaultMaxDepth) =>
        Parse(InputFile.ReadAllBytes(path, maxBytes), path, maxDepth);

    /// <summary>Parses a complete JSON text.</summary>
    /// <param name="utf8">The text; it must not change afterwards, for values refer to it.</param>
    /// <param name="source">What messages call the text: a file name as a rule.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <exception cref="InvalidInputException">The text is not strict JSON.</exception>
    public static StrictJsonValue Parse(ReadOnlyMemory<byte> utf8, string source, int maxDepth = DefaultMaxDepth)
    {
        RequireUtf8(utf8.Span, source);
        JsonDocumentOptions options = new() { MaxDepth = maxDepth, AllowDuplicateProperties = false };
        try
        {
            return new StrictJsonValue(JsonDocument.Parse(utf8, options).RootElement, new JsonLocation(source));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Refusal(utf8.Span, source, maxDepth, fault);
        }
    }

    /// <summary>
    /// Checks the encoding of a whole text: the parser looks at the bytes within a string only when it is read.
    /// </summary>
    internal static void RequireUtf8(ReadOnlySpan<byte> utf8, string source)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new InvalidInputException($"{source}: not valid UTF-8");
        }
    }

    /// <summary>
    /// Says why the parser refused a text. <see cref="InvalidOperationException"/> is how it reports a string that
    /// holds an escaped half of a surrogate pair.
    /// </summary>
    internal static InvalidInputException Refusal(
        ReadOnlySpan<byte> utf8, string source, int maxDepth, Exception fault)
    {
        string reason = fault is InvalidOperationException
            ? "not valid JSON: a string is not valid text"
            : Describe(utf8, maxDepth);
        return new InvalidInputException($"{source}: {reason}", fault);
    }

    // Reads once more without limits to tell the faults apart: the parser's own messages are not meant for that.
    private static string Describe(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        Utf8JsonReader reader = new(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                bool opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                if (opens && reader.CurrentDepth >= maxDepth)
                {
                    return $"not accepted: nested deeper than {maxDepth} levels at byte {reader.TokenStartIndex}";
                }
            }
        }
        catch (JsonException fault)
        {
            return $"not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}";
        }

        return "not accepted: an object holds one key twice";
    }
}
