using System.Text;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Formats.Gguf;

/// <summary>A tensor to be written: what the header says of it, and what writes its blocks in their turn.</summary>
public sealed class GgufEntry
{
    private readonly Action<Stream> _writeData;

    /// <summary>Describes a tensor whose data a callback writes, row by row for instance.</summary>
    /// <param name="name">The name, unique in its file.</param>
    /// <param name="format">How the numbers are stored.</param>
    /// <param name="shape">The dimensions, slowest first, each at least 1.</param>
    /// <param name="writeData">Writes exactly <see cref="ByteCount"/> bytes: rows of blocks.</param>
    /// <exception cref="ArgumentException">The name or shape breaks a rule of the format.</exception>
    public GgufEntry(string name, WeightFormat format, IReadOnlyList<long> shape, Action<Stream> writeData)
    {
        ArgumentNullException.ThrowIfNull(writeData);
        if (Encoding.UTF8.GetByteCount(name) > GgufLimits.MaxNameBytes - 1)
        {
            // The reference implementation ends names with a zero.
            throw new ArgumentException($"tensor {name} has a name of over {GgufLimits.MaxNameBytes - 1} bytes");
        }

        if (shape.Count is 0 or > GgufLimits.MaxRank || shape[^1] % format.BlockElements() != 0)
        {
            throw new ArgumentException($"tensor {name} of shape [{string.Join(", ", shape)}] cannot be {format}");
        }

        Name = name;
        Format = format;
        Shape = [.. shape];
        long elementCount = 1;
        foreach (long dimension in Shape)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1, nameof(shape));
            elementCount = checked(elementCount * dimension);
        }

        ByteCount = checked(elementCount / format.BlockElements() * format.BlockBytes());
        _writeData = writeData;
    }

    /// <summary>The name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>How the numbers are stored.</summary>
    public WeightFormat Format { get; }

    /// <summary>The dimensions, slowest first.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The size of the data in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>Writes the data and holds the callback to its promise.</summary>
    internal void WriteData(Stream stream)
    {
        using ExactStream exact = new(stream, ByteCount, Name);
        _writeData(exact);
        exact.RequireComplete();
    }
}
