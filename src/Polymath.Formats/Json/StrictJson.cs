using System.Text.Json;
using System.Text.Unicode;
using Polymath.Compute;

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
    /// <exception cref="InvalidInputException">The file is missing, unreadable, too large or not strict JSON.</exception>
    public static StrictJsonValue ReadFile(string path, int maxBytes, int maxDepth = DefaultMaxDepth) =>
        Parse(ReadBytes(path, maxBytes), path, maxDepth);

    /// <summary>Parses a complete JSON text.</summary>
    /// <param name="utf8">The text; it must not change afterwards, for values refer to it.</param>
    /// <param name="source">What messages call the text: a file name as a rule.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <exception cref="InvalidInputException">The text is not strict JSON.</exception>
    public static StrictJsonValue Parse(ReadOnlyMemory<byte> utf8, string source, int maxDepth = DefaultMaxDepth)
    {
        // The parser looks at the bytes within a string only when it is read, so they are checked here, once.
        if (!Utf8.IsValid(utf8.Span))
        {
            throw new InvalidInputException($"{source}: not valid UTF-8");
        }

        JsonDocumentOptions options = new() { MaxDepth = maxDepth, AllowDuplicateProperties = false };
        try
        {
            return new StrictJsonValue(JsonDocument.Parse(utf8, options).RootElement, new JsonLocation(source));
        }
        catch (JsonException fault)
        {
            throw new InvalidInputException($"{source}: {Describe(utf8.Span, maxDepth)}", fault);
        }
        catch (InvalidOperationException fault)
        {
            // An escaped half of a surrogate pair in a key.
            throw new InvalidInputException($"{source}: not valid JSON: a key is not valid text", fault);
        }
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

    private static byte[] ReadBytes(string path, int maxBytes)
    {
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
            {
                string fault = Directory.Exists(path) ? "is a folder where a file was expected" : "does not exist";
                throw new InvalidInputException($"{path}: {fault}");
            }

            // Devices and pipes state the length 0, so they are refused before they are opened, which could block.
            if (file.Length == 0)
            {
                throw new InvalidInputException($"{path}: the file is empty");
            }

            if (file.Length > maxBytes)
            {
                throw new InvalidInputException($"{path}: {file.Length} bytes, but at most {maxBytes} are accepted");
            }

            byte[] bytes = new byte[file.Length];
            using FileStream stream = file.OpenRead();
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path}: cannot be read: {fault.Message}", fault);
        }
    }
}
