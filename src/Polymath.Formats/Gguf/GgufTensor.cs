using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Gguf;

/// <summary>
/// One tensor in a mapped file: rows of blocks, little-endian. Its data lives as long as the file is not disposed.
/// </summary>
public sealed unsafe class GgufTensor
{
    private readonly GgufFile _file;
    private readonly long[] _shape;

    internal GgufTensor(GgufFile file, GgufHeaderEntry entry, long dataOffset)
    {
        _file = file;
        _shape = entry.Shape;
        Name = entry.Name;
        Format = entry.Format;
        ElementCount = entry.ElementCount;
        Offset = dataOffset + entry.Begin;
        ByteCount = entry.ByteCount;
    }

    /// <summary>The name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>How the numbers are stored.</summary>
    public WeightFormat Format { get; }

    /// <summary>
    /// The dimensions, slowest first as everywhere in Polymath (the file has them the other way); none is zero.
    /// </summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>The product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>The elements of a row: the last dimension.</summary>
    public long ColumnCount => _shape[^1];

    /// <summary>The bytes of a row; rows follow each other without gaps.</summary>
    public long RowBytes => ColumnCount / Format.BlockElements() * Format.BlockBytes();

    /// <summary>Where the data begins, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>The size of the data in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The path of the file that holds the tensor.</summary>
    public string Path => _file.Path;

    /// <summary>The address of the data, <see cref="ByteCount"/> bytes, aligned to 8 bytes at least.</summary>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    public byte* Pointer => _file.Address + Offset;

    /// <summary>Requires the dimensions that a network expects.</summary>
    /// <exception cref="InvalidInputException">The shape is another one; the message states both.</exception>
    public void RequireShape(params ReadOnlySpan<long> expected)
    {
        if (!expected.SequenceEqual(_shape))
        {
            throw new InvalidInputException(
                $"{Path}: tensor {Quotation.Of(Name)} has shape [{string.Join(", ", _shape)}], expected " +
                $"[{string.Join(", ", expected.ToArray())}]");
        }
    }

    /// <summary>A row's blocks in place, without a copy.</summary>
    /// <param name="index">The row, counted over all dimensions but the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<byte> Row(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ElementCount / ColumnCount);
        return new ReadOnlySpan<byte>(Pointer + (index * RowBytes), checked((int)RowBytes));
    }

    /// <summary>Copies a row, converted to fp32.</summary>
    /// <param name="index">The row, counted over all dimensions but the last.</param>
    /// <param name="destination">As many floats as a row has elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public void ReadRow(long index, Span<float> destination) => WeightCodec.Decode(Format, Row(index), destination);
}
