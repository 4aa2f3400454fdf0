using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Polymath.Compute;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>
/// Rows of random blocks, the same for the same name and row: both sides of a comparison read the same weights. Their
/// deviation is that of a network before training.
/// </summary>
internal sealed class RandomWeights
{
    private const float Deviation = 0.02f;

    // Rows are cut from it where a hash says: drawing a billion numbers would take longer than the benchmark.
    private const int PatternBytes = 4 << 20;

    private readonly byte[] _pattern = new byte[PatternBytes];

    /// <summary>Prepares weights.</summary>
    /// <param name="format"><see cref="WeightFormat.Q8_0"/> or <see cref="WeightFormat.Q4_0"/>.</param>
    public RandomWeights(WeightFormat format)
    {
        Format = format;
        var random = new RandomStream(0, RandomStream.StreamOf("random weights"));
        foreach (ref uint word in MemoryMarshal.Cast<byte, uint>(_pattern.AsSpan()))
        {
            word = random.NextUInt32();
        }
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    // Quants are equally likely: the square of their deviation is a twelfth of that of their number.
    private float Scale => Deviation * MathF.Sqrt(12) / (Format == WeightFormat.Q8_0 ? 256 : 16);

    /// <summary>Writes a row of blocks.</summary>
    public void FillRow(string name, int row, Span<byte> blocks)
    {
        var place = new RandomStream(0, RandomStream.StreamOf(name), row);
        _pattern.AsSpan((int)place.NextBelow(PatternBytes - blocks.Length), blocks.Length).CopyTo(blocks);
        for (; !blocks.IsEmpty; blocks = blocks[Format.BlockBytes()..])
        {
            BinaryPrimitives.WriteHalfLittleEndian(blocks, (Half)Scale);
        }
    }
}
