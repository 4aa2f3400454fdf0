using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers.Json;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Reads and writes <c>tokenizer.json</c>, the file that carries a tokenizer in the Hugging Face layout. What is
/// written loads there and encodes alike; what is read is refused unless every part of it is understood.
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
    public static Tokenizer Load(string path) => Parse(InputFile.ReadAllBytes(path, MaxBytes), path);

    /// <summary>Reads the content of a file.</summary>
    /// <param name="utf8">The content.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InvalidInputException">As for <see cref="Load"/>.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> utf8, string source) =>
        TokenizerJsonReader.Read(StrictJson.Parse(utf8, source, MaxDepth), source);

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
