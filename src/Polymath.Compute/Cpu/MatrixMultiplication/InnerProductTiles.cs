using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Tiles of inner products, for few rows of A against the weights B [N, K] as they lie: every weight is read once from
/// memory, which is what bounds such a product.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class InnerProductTiles<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>4 rows, 4 columns: 16 sums, for 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply4x4(TileOperands* tile)
    {
        nint row = tile->ARowStride, lastRow = tile->ARowCount - 1;
        nint column = tile->BStride, lastColumn = tile->BColumnCount - 1;
        float* a0 = tile->A, a1 = a0 + (lastRow >= 1 ? row : 0);
        float* a2 = a1 + (lastRow >= 2 ? row : 0), a3 = a2 + (lastRow >= 3 ? row : 0);
        float* b0 = tile->B, b1 = b0 + (lastColumn >= 1 ? column : 0);
        float* b2 = b1 + (lastColumn >= 2 ? column : 0), b3 = b2 + (lastColumn >= 3 ? column : 0);
        TSimd c00 = default, c01 = default, c02 = default, c03 = default;
        TSimd c10 = default, c11 = default, c12 = default, c13 = default;
        TSimd c20 = default, c21 = default, c22 = default, c23 = default;
        TSimd c30 = default, c31 = default, c32 = default, c33 = default;
        nint k = 0, depth = tile->Depth;
        for (; k <= depth - TSimd.Count; k += TSimd.Count)
        {
            TSimd x0 = TSimd.Load(b0 + k), x1 = TSimd.Load(b1 + k);
            TSimd x2 = TSimd.Load(b2 + k), x3 = TSimd.Load(b3 + k);
            Add(a0 + k, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Add(a1 + k, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
            Add(a2 + k, x0, x1, x2, x3, ref c20, ref c21, ref c22, ref c23);
            Add(a3 + k, x0, x1, x2, x3, ref c30, ref c31, ref c32, ref c33);
        }

        TileOperands rest = *tile;
        rest.B += k;
        rest.Depth -= k;
        Store(rest, 0, a0 + k, c00, c01, c02, c03);
        Store(rest, 1, a1 + k, c10, c11, c12, c13);
        Store(rest, 2, a2 + k, c20, c21, c22, c23);
        Store(rest, 3, a3 + k, c30, c31, c32, c33);
    }

    /// <summary>2 rows, 4 columns: 8 sums, for 16 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply2x4(TileOperands* tile)
    {
        nint column = tile->BStride, lastColumn = tile->BColumnCount - 1;
        float* a0 = tile->A, a1 = a0 + (tile->ARowCount > 1 ? tile->ARowStride : 0);
        float* b0 = tile->B, b1 = b0 + (lastColumn >= 1 ? column : 0);
        float* b2 = b1 + (lastColumn >= 2 ? column : 0), b3 = b2 + (lastColumn >= 3 ? column : 0);
        TSimd c00 = default, c01 = default, c02 = default, c03 = default;
        TSimd c10 = default, c11 = default, c12 = default, c13 = default;
        nint k = 0, depth = tile->Depth;
        for (; k <= depth - TSimd.Count; k += TSimd.Count)
        {
            TSimd x0 = TSimd.Load(b0 + k), x1 = TSimd.Load(b1 + k);
            TSimd x2 = TSimd.Load(b2 + k), x3 = TSimd.Load(b3 + k);
            Add(a0 + k, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Add(a1 + k, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
        }

        TileOperands rest = *tile;
        rest.B += k;
        rest.Depth -= k;
        Store(rest, 0, a0 + k, c00, c01, c02, c03);
        Store(rest, 1, a1 + k, c10, c11, c12, c13);
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

    // Sums up the lanes of a row's four vectors, adds what they left of the depth, and joins the row to C.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(in TileOperands rest, int row, float* a, TSimd c0, TSimd c1, TSimd c2, TSimd c3)
    {
        if (row >= rest.ARowCount)
        {
            return;
        }

        float* sums = stackalloc float[] { TSimd.Sum(c0), TSimd.Sum(c1), TSimd.Sum(c2), TSimd.Sum(c3) };
        float* c = rest.C + (row * rest.CRowStride);
        for (int column = 0; column < rest.BColumnCount; column++)
        {
            float* b = rest.B + (column * rest.BStride);
            float sum = sums[column];
            for (nint k = 0; k < rest.Depth; k++)
            {
                sum += a[k] * b[k];
            }

            sum = rest.Accumulate ? sum + c[column] : sum;
            c[column] = rest.Bias is not null ? sum + rest.Bias[column] : sum;
        }
    }
}
