using System.Buffers;
using Polymath.Formats.Files;

namespace Polymath.Formats.Gguf;

/// <summary>
/// Writes a GGUF file of version 3 as a stream: no tensor is copied into memory, and the file appears whole or not at
/// all.
/// </summary>
public static class GgufWriter
{
    private const uint Version = 3;
    private const int Alignment = GgufHeaderParser.DefaultAlignment;

    /// <summary>Replaces or creates a file.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="metadata">The keys and values.</param>
    /// <param name="entries">The tensors in the order of the file.</param>
    /// <exception cref="ArgumentException">A name occurs twice or a limit is exceeded; nothing is written.</exception>
    /// <exception cref="IOException">The folder is missing or the disk full; the old file is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public static void Write(string path, GgufMetadata metadata, IReadOnlyList<GgufEntry> entries)
    {
        ReadOnlyMemory<byte> header = BuildHeader(metadata, entries);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header.Span);
            foreach (GgufEntry entry in entries)
            {
                entry.WriteData(stream);
                stream.Write(Padding(entry.ByteCount));
            }
        });
    }

    private static ReadOnlyMemory<byte> BuildHeader(GgufMetadata metadata, IReadOnlyList<GgufEntry> entries)
    {
        if (metadata.Count > GgufLimits.MaxMetadataCount || entries.Count > GgufLimits.MaxTensorCount)
        {
            throw new ArgumentException($"{metadata.Count} keys and {entries.Count} tensors are more than a file takes");
        }

        ArrayBufferWriter<byte> header = new();
        GgufMetadata.WriteUInt32(header, GgufHeaderParser.Magic);
        GgufMetadata.WriteUInt32(header, Version);
        GgufMetadata.WriteUInt64(header, (ulong)entries.Count);
        GgufMetadata.WriteUInt64(header, (ulong)metadata.Count);
        header.Write(metadata.Bytes);
        HashSet<string> names = [];
        long offset = 0;
        foreach (GgufEntry entry in entries)
        {
            if (!names.Add(entry.Name))
            {
                throw new ArgumentException($"tensor {entry.Name} occurs twice", nameof(entries));
            }

            WriteEntry(header, entry, offset);
            offset = checked(offset + entry.ByteCount + Padding(entry.ByteCount).Length);
        }

        header.Write(Padding(header.WrittenCount));
        return header.WrittenCount <= GgufLimits.MaxHeaderBytes
            ? header.WrittenMemory
            : throw new ArgumentException($"a header of {header.WrittenCount} bytes is more than a file takes");
    }

    private static void WriteEntry(ArrayBufferWriter<byte> header, GgufEntry entry, long offset)
    {
        GgufMetadata.WriteText(header, entry.Name);
        GgufMetadata.WriteUInt32(header, (uint)entry.Shape.Count);
        foreach (long dimension in entry.Shape.Reverse())
        {
            GgufMetadata.WriteUInt64(header, (ulong)dimension);
        }

        GgufMetadata.WriteUInt32(header, GgufTensorTypes.NumberOf(entry.Format));
        GgufMetadata.WriteUInt64(header, (ulong)offset);
    }

    // The zeros up to the next multiple of the alignment.
    private static ReadOnlySpan<byte> Padding(long byteCount) =>
        new byte[Alignment].AsSpan(0, (int)((Alignment - (byteCount % Alignment)) % Alignment));
}
