using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Tiles of inner products, for few rows of A against the weights B [N, K] as they lie: every weight is read once from
/// memory, which is what bounds such a product, so the next tile's columns are asked for while these are multiplied.
/// Unlike tiles of outer products, these write only the rows and columns that there are.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class InnerProductTiles<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>The columns of every tile.</summary>
    public const int Columns = 4;

    // 8 KiB ahead, measured best of 4 to 32 KiB: in the columns to come, if columns follow each other without a gap.
    private const int PrefetchDistance = 2048;

    /// <summary>4 rows, 4 columns: 16 sums, for 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Multiply4x4(TileOperands* tile)
    {
        nint row = tile->ARowStride, lastRow = tile->ARowCount - 1;
        nint column = tile->BStride, lastColumn = tile->BColumnCount - 1;
        float* a0 = tile->A, a1 = a0 + (lastRow >= 1 ? row : 0);
        float* a2 = a1 + (lastRow >= 2 ? row : 0), a3 = a2 + (lastRow >= 3 ? row : 0);
        float* b0 = tile->B, b1 = b0 + (lastColumn >= 1 ? column : 0);
        float* b2 = b1 + (lastColumn >= 2 ? column : 0), b3 = b2 + (lastColumn >= 3 ? column : 0);
        TSimd c00 = TSimd.Zero, c01 = c00, c02 = c00, c03 = c00;
        TSimd c10 = c00, c11 = c00, c12 = c00, c13 = c00;
        TSimd c20 = c00, c21 = c00, c22 = c00, c23 = c00;
        TSimd c30 = c00, c31 = c00, c32 = c00, c33 = c00;
        nint k = 0, depth = tile->Depth, ahead = Columns * column;
        for (; k <= depth - TSimd.Count; k += TSimd.Count)
        {
            TSimd x0 = TSimd.Load(b0 + k), x1 = TSimd.Load(b1 + k);
            TSimd x2 = TSimd.Load(b2 + k), x3 = TSimd.Load(b3 + k);
            Prefetch.IntoFirstCache(b0 + ahead + k);
            Prefetch.IntoFirstCache(b1 + ahead + k);
            Prefetch.IntoFirstCache(b2 + ahead + k);
            Prefetch.IntoFirstCache(b3 + ahead + k);
            Add(a0 + k, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Add(a1 + k, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
            Add(a2 + k, x0, x1, x2, x3, ref c20, ref c21, ref c22, ref c23);
            Add(a3 + k, x0, x1, x2, x3, ref c30, ref c31, ref c32, ref c33);
        }

        float* sums = stackalloc float[16];
        TSimd.SumEach(c00, c01, c02, c03).Store(sums);
        TSimd.SumEach(c10, c11, c12, c13).Store(sums + 4);
        TSimd.SumEach(c20, c21, c22, c23).Store(sums + 8);
        TSimd.SumEach(c30, c31, c32, c33).Store(sums + 12);
        Join(tile, k, sums);
    }

    /// <summary>2 rows, 4 columns: 8 sums, for 16 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Multiply2x4(TileOperands* tile)
    {
        nint row = tile->ARowStride, lastRow = tile->ARowCount - 1;
        nint column = tile->BStride, lastColumn = tile->BColumnCount - 1;
        float* a0 = tile->A, a1 = a0 + (lastRow >= 1 ? row : 0);
        float* b0 = tile->B, b1 = b0 + (lastColumn >= 1 ? column : 0);
        float* b2 = b1 + (lastColumn >= 2 ? column : 0), b3 = b2 + (lastColumn >= 3 ? column : 0);
        TSimd c00 = TSimd.Zero, c01 = c00, c02 = c00, c03 = c00;
        TSimd c10 = c00, c11 = c00, c12 = c00, c13 = c00;
        nint k = 0, depth = tile->Depth, ahead = Columns * column;
        for (; k <= depth - TSimd.Count; k += TSimd.Count)
        {
            TSimd x0 = TSimd.Load(b0 + k), x1 = TSimd.Load(b1 + k);
            TSimd x2 = TSimd.Load(b2 + k), x3 = TSimd.Load(b3 + k);
            Prefetch.IntoFirstCache(b0 + ahead + k);
            Prefetch.IntoFirstCache(b1 + ahead + k);
            Prefetch.IntoFirstCache(b2 + ahead + k);
            Prefetch.IntoFirstCache(b3 + ahead + k);
            Add(a0 + k, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Add(a1 + k, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
        }

        float* sums = stackalloc float[8];
        TSimd.SumEach(c00, c01, c02, c03).Store(sums);
        TSimd.SumEach(c10, c11, c12, c13).Store(sums + 4);
        Join(tile, k, sums);
    }

    /// <summary>1 row, 4 columns, one after the other: memory is read in sequence, at the rate that it allows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Multiply1x4(TileOperands* tile)
    {
        nint column = tile->BStride, last = tile->BColumnCount - 1, depth = tile->Depth;
        float* a = tile->A, b = tile->B;
        TSimd c0 = SumOfColumn(a, b, depth), c1 = SumOfColumn(a, b += last >= 1 ? column : 0, depth);
        TSimd c2 = SumOfColumn(a, b += last >= 2 ? column : 0, depth);
        TSimd c3 = SumOfColumn(a, b += last >= 3 ? column : 0, depth);
        float* sums = stackalloc float[Columns];
        TSimd.SumEach(c0, c1, c2, c3).Store(sums);
        Join(tile, depth - (depth % TSimd.Count), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd SumOfColumn(float* a, float* b, nint depth)
    {
        TSimd c0 = TSimd.Zero, c1 = c0, c2 = c0, c3 = c0;
        int width = TSimd.Count;
        nint k = 0;
        for (; k <= depth - (4 * width); k += 4 * width)
        {
            Prefetch.IntoFirstCache(b + k + PrefetchDistance, 4 * TSimd.Count);
            c0 = TSimd.MultiplyAdd(TSimd.Load(a + k), TSimd.Load(b + k), c0);
            c1 = TSimd.MultiplyAdd(TSimd.Load(a + k + width), TSimd.Load(b + k + width), c1);
            c2 = TSimd.MultiplyAdd(TSimd.Load(a + k + (2 * width)), TSimd.Load(b + k + (2 * width)), c2);
            c3 = TSimd.MultiplyAdd(TSimd.Load(a + k + (3 * width)), TSimd.Load(b + k + (3 * width)), c3);
        }

        for (; k <= depth - width; k += width)
        {
            c0 = TSimd.MultiplyAdd(TSimd.Load(a + k), TSimd.Load(b + k), c0);
        }

        return c0 + c1 + (c2 + c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float* a, TSimd b0, TSimd b1, TSimd b2, TSimd b3, ref TSimd c0, ref TSimd c1, ref TSimd c2, ref TSimd c3)
    {
        TSimd x = TSimd.Load(a);
        c0 = TSimd.MultiplyAdd(x, b0, c0);
        c1 = TSimd.MultiplyAdd(x, b1, c1);
        c2 = TSimd.MultiplyAdd(x, b2, c2);
        c3 = TSimd.MultiplyAdd(x, b3, c3);
    }

    // Adds to the sums [rows, 4] what the vectors left of the depth, and joins those that there are to C. They come by
    // memory: a call that took vectors would have the sums saved to memory within the loops above.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Join(TileOperands* tile, nint k, float* sums)
    {
        for (nint row = 0; row < tile->ARowCount; row++, sums += Columns)
        {
            float* a = tile->A + (row * tile->ARowStride), c = tile->C + (row * tile->CRowStride);
            for (nint column = 0; column < tile->BColumnCount; column++)
            {
                float* b = tile->B + (column * tile->BStride);
                float sum = sums[column];
                for (nint rest = k; rest < tile->Depth; rest++)
                {
                    sum += a[rest] * b[rest];
                }

                sum = tile->Accumulate ? sum + c[column] : sum;
                c[column] = tile->Bias is not null ? sum + tile->Bias[column] : sum;
            }
        }
    }
}
