using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// Writes one safetensors file as a stream: no tensor is copied into memory, the file appears whole or not at all, and
/// equal tensors give equal bytes.
/// </summary>
public static class SafetensorsWriter
{
    // The format aligns the data to 8 bytes by padding the header with spaces.
    private const int Alignment = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Replaces or creates a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="entries">The tensors, in any order: the file's own order is fixed.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or a limit is exceeded.</exception>
    /// <exception cref="IOException">The folder is missing or the disk full; the old file is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public static void Write(
        string path, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, Prepare(entries, metadata));

    /// <summary>Writes a file's content into a stream, for callers who make files durable by their own rules.</summary>
    /// <param name="stream">Takes the content; neither flushed nor closed.</param>
    /// <param name="entries">The tensors, in any order: the file's own order is fixed.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">A name occurs twice or a limit is exceeded; nothing is written.</exception>
    public static void Write(
        Stream stream, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null) =>
        Prepare(entries, metadata)(stream);

    /// <summary>Builds the header, so that faults show before any writing; gives what writes the file.</summary>
    internal static Action<Stream> Prepare(
        IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        SafetensorsEntry[] ordered = Order(entries);
        byte[] header = BuildHeader(ordered, metadata ?? new Dictionary<string, string>());
        return stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (SafetensorsEntry entry in ordered)
            {
                entry.WriteData(stream);
            }
        };
    }

    /// <summary>Refuses half surrogate pairs, which the JSON writer would replace without a word.</summary>
    /// <exception cref="ArgumentException">The text has no UTF-8 form.</exception>
    internal static void RequireText(string text) => _ = StrictUtf8.GetByteCount(text);

    /// <summary>Wide elements first, so that each tensor is aligned to its own elements; then by name.</summary>
    private static SafetensorsEntry[] Order(IReadOnlyList<SafetensorsEntry> entries)
    {
        if (entries.Count > SafetensorsLimits.MaxTensorCount)
        {
            throw new ArgumentException($"{entries.Count} tensors, at most {SafetensorsLimits.MaxTensorCount} fit");
        }

        HashSet<string> names = [];
        foreach (SafetensorsEntry entry in entries)
        {
            if (!names.Add(entry.Name))
            {
                throw new ArgumentException($"tensor {entry.Name} occurs twice", nameof(entries));
            }

            if (entry.Shape.Count > SafetensorsLimits.MaxRank)
            {
                throw new ArgumentException($"tensor {entry.Name} has over {SafetensorsLimits.MaxRank} dimensions");
            }
        }

        return
        [
            .. entries.OrderByDescending(entry => entry.DataType.SizeInBytes())
                .ThenBy(entry => entry.Name, StringComparer.Ordinal),
        ];
    }

    private static byte[] BuildHeader(SafetensorsEntry[] ordered, IReadOnlyDictionary<string, string> metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter json = new(buffer, options))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach (SafetensorsEntry entry in ordered)
            {
                WriteEntry(json, entry, offset);
                offset = checked(offset + entry.ByteCount);
            }

            json.WriteEndObject();
        }

        int headerBytes = (buffer.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (headerBytes > SafetensorsLimits.MaxHeaderBytes)
        {
            throw new ArgumentException(
                $"the header needs {headerBytes} bytes, at most {SafetensorsLimits.MaxHeaderBytes} are allowed");
        }

        byte[] header = new byte[headerBytes];
        Array.Fill(header, (byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            RequireText(key);
            RequireText(value);
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry, long offset)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", SafetensorsDataTypes.NameOf(entry.DataType));
        json.WriteStartArray("shape");
        foreach (long dimension in entry.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + entry.ByteCount);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
