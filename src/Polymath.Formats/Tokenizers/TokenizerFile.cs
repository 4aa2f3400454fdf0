using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers.Json;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Reads and writes <c>tokenizer.json</c>, the file that carries a tokenizer in the Hugging Face layout. What is written
/// loads there and encodes alike; what is read is refused unless every part of it is understood.
/// </summary>
/// <remarks>
/// Byte pairs are a BPE model on the byte-level alphabet; bytes are the same without merges; characters are a WordLevel
/// model over single characters.
/// </remarks>
public static class TokenizerFile
{
    /// <summary>The largest file that is read: several times the largest published one.</summary>
    private const int MaxBytes = 1 << 27;

    /// <summary>No tokenizer nests deeper than a template within a sequence.</summary>
    private const int MaxDepth = 16;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; messages name it.</param>
    /// <exception cref="InvalidInputException">
    /// The file is missing, damaged, or asks for what is not supported; the message names the key and what is.
    /// </exception>
    public static Tokenizer Load(string path)
    {
        using Stream stream = Open(path);
        return Read(stream, path);
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The content of the file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InvalidInputException">As for <see cref="Load"/>.</exception>
    public static Tokenizer Read(Stream stream, string source)
    {
        byte[] content = ReadBounded(stream, source, MaxBytes);
        return TokenizerJsonReader.Read(StrictJson.Parse(content, source, MaxDepth), source);
    }

    /// <summary>Writes a file, replacing one that is there as one step.</summary>
    /// <exception cref="IOException">The folder is missing or the disk is full.</exception>
    public static void Save(Tokenizer tokenizer, string path) =>
        AtomicFile.Write(path, stream => Save(tokenizer, stream));

    /// <summary>Writes to a stream.</summary>
    public static void Save(Tokenizer tokenizer, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(stream);
        TokenizerJsonWriter.Write(tokenizer, stream);
    }

    /// <summary>Opens a file for reading, or says why that cannot be.</summary>
    internal static Stream Open(string path)
    {
        try
        {
            return File.Exists(path)
                ? File.OpenRead(path)
                : throw new InvalidInputException($"{path}: no such file; expected a tokenizer");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path}: cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Reads a whole stream, unless it is longer than <paramref name="maxBytes"/>.</summary>
    internal static byte[] ReadBounded(Stream stream, string source, int maxBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using MemoryStream content = new();
        byte[] buffer = new byte[1 << 16];
        while (stream.Read(buffer) is > 0 and int count)
        {
            if (content.Length + count > maxBytes)
            {
                throw new InvalidInputException($"{source}: longer than {maxBytes} bytes, more than any tokenizer needs");
            }

            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    /// <summary>Makes a tokenizer; what is wrong with its parts is said with the name of their source.</summary>
    internal static T Build<T>(string source, Func<T> build)
        where T : Tokenizer
    {
        try
        {
            return build();
        }
        catch (InvalidInputException fault)
        {
            throw new InvalidInputException($"{source}: {fault.Message}", fault);
        }
    }
}
