using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>
/// Rows of activations rounded to 8 bits, blocks of 32 by a scale of fp32 so that the largest is 127. Six rows are
/// together in a group (a single row is by itself); a group is its blocks along k, each with the quants of the rows,
/// four k of a row beside four of the next, then five fields of 32 bits for each row.
/// </summary>
internal readonly unsafe struct EightBitRows
{
    /// <summary>The numbers of a row that share a scale.</summary>
    public const int BlockElements = 32;

    /// <summary>
    /// The fields of a block: the scale; the scale times the sum of quants; the negated sums of the first 16 quants, of
    /// the others, and of all.
    /// </summary>
    public const int ScaleField = 0, ScaledSumField = 1, FirstSumField = 2, SecondSumField = 3, SumField = 4;

    /// <summary>The bytes of a block of one row.</summary>
    public const int BytesPerBlock = BlockElements + (FieldCount * sizeof(int));

    private const int FieldCount = 5, Steps = BlockElements / PackedLayout.QuadBytes;

    // Below it the inverse of the scale would be infinite.
    private const float Least = 1e-36f;

    private readonly byte* _start;
    private readonly int _blocks;

    /// <summary>Rounded rows at an address.</summary>
    /// <param name="start">Where <see cref="BytesFor"/> bytes are.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns, a multiple of <see cref="BlockElements"/>.</param>
    public EightBitRows(void* start, int rows, int columns)
    {
        _start = (byte*)start;
        _blocks = columns / BlockElements;
        Rows = rows;
    }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The rows of a group.</summary>
    public int GroupRows => Rows == 1 ? 1 : QuantisedTileCode.MaxTokens;

    /// <summary>The number of groups; the rows that the last lacks are arbitrary.</summary>
    public int GroupCount => Tiling.CountTiles(Rows, GroupRows);

    /// <summary>The bytes that rows take.</summary>
    public static long BytesFor(int rows, int columns)
    {
        var shape = new EightBitRows(null, rows, columns);
        return (long)shape.GroupCount * shape.GroupBytes;
    }

    /// <summary>The first block of a group.</summary>
    public byte* Group(int group) => _start + (group * GroupBytes);

    private nint GroupBytes => (nint)GroupRows * _blocks * BytesPerBlock;

    /// <summary>Rounds a row of x to nearest, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Round(float* x, int row)
    {
        int count = GroupRows, place = row % count;
        byte* target = Group(row / count);
        uint* quants = stackalloc uint[Steps];
        for (int block = 0; block < _blocks; block++, x += BlockElements, target += BytesPerBlock * count)
        {
            Vector512<float> first = Vector512.Load(x), second = Vector512.Load(x + 16);
            float largest = LargestOf(Avx512F.Max(Vector512.Abs(first), Vector512.Abs(second)));
            Vector512<float> inverse = Vector512.Create(largest > Least ? sbyte.MaxValue / largest : 0);
            Vector512<int> low = Avx512F.ConvertToVector512Int32(first * inverse);
            Vector512<int> high = Avx512F.ConvertToVector512Int32(second * inverse);
            Avx512F.ConvertToVector128SByte(low).Store((sbyte*)quants);
            Avx512F.ConvertToVector128SByte(high).Store((sbyte*)quants + 16);
            var cells = (uint*)target + place;
            for (int step = 0; step < Steps; step++)
            {
                cells[step * count] = quants[step];
            }

            var fields = (int*)(target + (BlockElements * count)) + place;
            int firstSum = Vector512.Sum(low), secondSum = Vector512.Sum(high), sum = firstSum + secondSum;
            float scale = largest / sbyte.MaxValue;
            fields[ScaleField * count] = BitConverter.SingleToInt32Bits(scale);
            fields[ScaledSumField * count] = BitConverter.SingleToInt32Bits(scale * sum);
            fields[FirstSumField * count] = -firstSum;
            fields[SecondSumField * count] = -secondSum;
            fields[SumField * count] = -sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float LargestOf(Vector512<float> values)
    {
        Vector256<float> half = Avx.Max(values.GetLower(), values.GetUpper());
        Vector128<float> quarter = Sse.Max(half.GetLower(), half.GetUpper());
        quarter = Sse.Max(quarter, Sse.MoveHighToLow(quarter, quarter));
        return Sse.MaxScalar(quarter, Sse.Shuffle(quarter, quarter, 1)).ToScalar();
    }
}
