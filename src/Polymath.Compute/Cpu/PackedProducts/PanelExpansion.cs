using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>
/// Expands packed blocks of 256, whose scales of scales and split bits would be too much work for every tile, to eight
/// blocks of 32 along k: two vectors of fp32 for each of 32 rows (scale and minimum, or the scales of 16 k and of the
/// others), then the quants as bytes, shifted so that 128 stands for zero.
/// </summary>
internal static unsafe class PanelExpansion
{
    /// <summary>The k of a packed block, and the blocks that it is expanded to.</summary>
    public const int PackedElements = 256, BlocksPerPacked = PackedElements / EightBitRows.BlockElements;

    /// <summary>Where the quants of an expanded block begin, and its bytes.</summary>
    public const int QuantsOffset = 2 * PackedLayout.StepBytes,
        BlockBytes = QuantsOffset + (EightBitRows.BlockElements * PackedLayout.PanelRows);

    private const int Vector = 64, Rows = PackedLayout.PanelRows, Step = PackedLayout.StepBytes;

    // A block ahead: what is expanded now was asked for when the last one was.
    private const int LinesAhead = 72;

    /// <summary>Expands a packed block to <see cref="BlocksPerPacked"/> blocks.</summary>
    public static void Expand(WeightFormat format, byte* packed, byte* blocks)
    {
        for (int line = 0; line < LinesAhead; line++)
        {
            Prefetch.IntoFirstCache(packed + ((LinesAhead + line) * Vector));
        }

        if (format == WeightFormat.Q4_K)
        {
            ExpandFourBits(packed, blocks);
        }
        else
        {
            ExpandSixBits(packed, blocks);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ExpandFourBits(byte* packed, byte* blocks)
    {
        byte* parts = packed + (4 * Rows), quants = parts + (FourBitSuperBlock.PartsBytes * Rows);
        Vector512<byte> mask = Vector512.Create((byte)15), zero = Vector512.Create((byte)128);
        for (int half = 0; half < 2; half++)
        {
            int row = half * 16;
            Vector512<float> scale = Halves(packed + (2 * row)), minimum = Halves(packed + (2 * Rows) + (2 * row));
            for (int part = 0; part < BlocksPerPacked; part++)
            {
                (Vector512<int> s, Vector512<int> m) = PartsOf(parts + row, part);
                float* target = (float*)(blocks + (part * BlockBytes)) + row;
                (scale * Avx512F.ConvertToVector512Single(s)).Store(target);

                // The shift by 128 is taken back by the tile: what is left is the file's own minimum.
                (minimum * Avx512F.ConvertToVector512Single(m)).Store(target + Rows);
            }
        }

        for (int pair = 0; pair < BlocksPerPacked / 2; pair++)
        {
            byte* low = blocks + (2 * pair * BlockBytes) + QuantsOffset, high = low + BlockBytes;
            for (int offset = 0; offset < 8 * Step; offset += Vector, quants += Vector)
            {
                Vector512<byte> both = Vector512.Load(quants);
                ((both & mask) | zero).Store(low + offset);
                (((both.AsUInt16() >> 4).AsByte() & mask) | zero).Store(high + offset);
            }
        }
    }

    // See FourBitSuperBlock.ScaleOf and MinimumOf, here for 16 rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<int> Scale, Vector512<int> Minimum) PartsOf(byte* parts, int part)
    {
        Vector512<int> six = Vector512.Create(63), four = Vector512.Create(15);
        if (part < 4)
        {
            return (Widened(parts + (part * Rows)) & six, Widened(parts + ((part + 4) * Rows)) & six);
        }

        Vector512<int> lower = Widened(parts + ((part + 4) * Rows));
        Vector512<int> scale = (lower & four) | ((Widened(parts + ((part - 4) * Rows)) >> 6) << 4);
        return (scale, (lower >> 4) | ((Widened(parts + (part * Rows)) >> 6) << 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ExpandSixBits(byte* packed, byte* blocks)
    {
        byte* parts = packed + (2 * Rows), quants = parts + (16 * Rows);
        for (int half = 0; half < 2; half++)
        {
            int row = half * 16;
            Vector512<float> scale = Halves(packed + (2 * row));
            for (int part = 0; part < 2 * BlocksPerPacked; part++)
            {
                Vector512<int> s = Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)parts + (part * Rows) + row));
                (scale * Avx512F.ConvertToVector512Single(s))
                    .Store((float*)(blocks + (part / 2 * BlockBytes) + (part % 2 * Step)) + row);
            }
        }

        for (int step = 0; step < 16; step++, quants += 3 * Step)
        {
            // Four blocks of 32 make up a half of the 256.
            byte* target = blocks + (step / 8 * 4 * BlockBytes) + QuantsOffset + (step % 8 * Step);
            for (int offset = 0; offset < Step; offset += Vector)
            {
                JoinSixBits(quants + offset, target + offset);
            }
        }
    }

    // Four vectors of quants: lower bits of the first and third, of the second and fourth, upper bits of all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void JoinSixBits(byte* quants, byte* target)
    {
        Vector512<byte> low = Vector512.Create((byte)15), high = Vector512.Create((byte)0x30);
        Vector512<byte> shift = Vector512.Create((byte)(128 - SixBitSuperBlock.ZeroPoint));
        Vector512<byte> odd = Vector512.Load(quants), even = Vector512.Load(quants + Step);
        Vector512<ushort> upper = Vector512.Load(quants + (2 * Step)).AsUInt16();
        (((odd & low) | ((upper << 4).AsByte() & high)) + shift).Store(target);
        (((even & low) | ((upper << 2).AsByte() & high)) + shift).Store(target + BlockBytes);
        ((((odd.AsUInt16() >> 4).AsByte() & low) | (upper.AsByte() & high)) + shift).Store(target + (2 * BlockBytes));
        ((((even.AsUInt16() >> 4).AsByte() & low) | ((upper >> 2).AsByte() & high)) + shift)
            .Store(target + (3 * BlockBytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widened(byte* bytes) =>
        Avx512F.ConvertToVector512Int32(Vector128.Load(bytes));

    // 16 binary16 numbers: the sign stays on top and the rest moves to its place, but for the exponent's bias.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Halves(byte* source)
    {
        Vector512<int> bits = Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << 13;
        return (bits & Vector512.Create(HalfBits.SignAndRest)).AsSingle() * Vector512.Create(HalfBits.BiasDifference);
    }
}
