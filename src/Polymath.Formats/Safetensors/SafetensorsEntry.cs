using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Formats.Safetensors;

/// <summary>A tensor to be written: what the header says of it, and what writes its bytes in their turn.</summary>
public sealed class SafetensorsEntry
{
    private readonly Action<Stream> _writeData;

    /// <summary>Describes a tensor whose data a callback writes, for instance from native memory.</summary>
    /// <param name="name">The name, unique in its set.</param>
    /// <param name="dataType">The type of each element in the file.</param>
    /// <param name="shape">The dimensions, slowest first; none may be negative.</param>
    /// <param name="writeData">Writes exactly <see cref="ByteCount"/> bytes: row-major, little-endian.</param>
    public SafetensorsEntry(string name, DataType dataType, IReadOnlyList<long> shape, Action<Stream> writeData)
    {
        ArgumentNullException.ThrowIfNull(writeData);
        if (name is null or "__metadata__")
        {
            throw new ArgumentException("the name '__metadata__' is reserved by the format", nameof(name));
        }

        SafetensorsWriter.RequireText(name);
        Name = name;
        DataType = dataType;
        Shape = [.. shape];
        ByteCount = dataType.SizeInBytes();
        foreach (long dimension in Shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            ByteCount = checked(ByteCount * dimension);
        }

        _writeData = writeData;
    }

    /// <summary>The name, unique in its set.</summary>
    public string Name { get; }

    /// <summary>The type of each element in the file.</summary>
    public DataType DataType { get; }

    /// <summary>The dimensions, slowest first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The size of the data in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>A tensor whose bytes are in memory: row-major, little-endian.</summary>
    public static SafetensorsEntry FromBytes(
        string name, DataType dataType, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes) =>
        new(name, dataType, shape, stream => stream.Write(bytes.Span));

    /// <summary>A tensor of floats in memory, converted to <paramref name="dataType"/> as it is written.</summary>
    public static SafetensorsEntry FromFloat32(
        string name, DataType dataType, IReadOnlyList<long> shape, ReadOnlyMemory<float> values) =>
        new(name, dataType, shape, stream => FloatConversion.Write(values.Span, dataType, stream));

    /// <summary>A tensor of native floats, converted to <paramref name="dataType"/> as it is written.</summary>
    /// <param name="name">The name, unique in its set.</param>
    /// <param name="dataType">The type of each element in the file.</param>
    /// <param name="shape">The dimensions, slowest first.</param>
    /// <param name="values">The first element; the memory must stay until the set is written.</param>
    public static unsafe SafetensorsEntry FromFloat32(
        string name, DataType dataType, IReadOnlyList<long> shape, float* values)
    {
        long elementCount = shape.Aggregate(1L, (product, dimension) => checked(product * dimension));
        return new SafetensorsEntry(name, dataType, shape, stream =>
        {
            for (long done = 0; done < elementCount;)
            {
                int count = (int)Math.Min(elementCount - done, int.MaxValue / sizeof(float));
                FloatConversion.Write(new ReadOnlySpan<float>(values + done, count), dataType, stream);
                done += count;
            }
        });
    }

    /// <summary>Writes the data and holds the callback to its promise.</summary>
    internal void WriteData(Stream stream)
    {
        using ExactStream exact = new(stream, ByteCount, Name);
        _writeData(exact);
        exact.RequireComplete();
    }
}
