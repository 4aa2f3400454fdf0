using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Tiles of inner products, for few rows of A against the weights B [N, K] as they lie: every weight is read once from
/// memory, which is what bounds such a product.
/// </summary>
internal static unsafe class InnerProductTiles
{
    /// <summary>4 rows, 4 columns, 512-bit vectors along the depth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply4x4Avx512(TileOperands* tile)
    {
        nint row = tile->ARowStride, lastRow = tile->ARowCount - 1;
        nint column = tile->BStride, lastColumn = tile->BColumnCount - 1;
        float* a0 = tile->A, a1 = a0 + (lastRow >= 1 ? row : 0);
        float* a2 = a1 + (lastRow >= 2 ? row : 0), a3 = a2 + (lastRow >= 3 ? row : 0);
        float* b0 = tile->B, b1 = b0 + (lastColumn >= 1 ? column : 0);
        float* b2 = b1 + (lastColumn >= 2 ? column : 0), b3 = b2 + (lastColumn >= 3 ? column : 0);
        Vector512<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default, c13 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default, c23 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default, c33 = default;
        nint k = 0, depth = tile->Depth;
        for (; k <= depth - 16; k += 16)
        {
            Vector512<float> x0 = Vector512.Load(b0 + k), x1 = Vector512.Load(b1 + k);
            Vector512<float> x2 = Vector512.Load(b2 + k), x3 = Vector512.Load(b3 + k);
            Add(a0 + k, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Add(a1 + k, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
            Add(a2 + k, x0, x1, x2, x3, ref c20, ref c21, ref c22, ref c23);
            Add(a3 + k, x0, x1, x2, x3, ref c30, ref c31, ref c32, ref c33);
        }

        TileOperands rest = *tile;
        rest.Depth = depth - k;
        rest.B += k;
        Store(rest, 0, a0 + k, Sums(c00, c01, c02, c03));
        Store(rest, 1, a1 + k, Sums(c10, c11, c12, c13));
        Store(rest, 2, a2 + k, Sums(c20, c21, c22, c23));
        Store(rest, 3, a3 + k, Sums(c30, c31, c32, c33));
    }

    /// <summary>2 rows, 4 columns, vectors as wide as the runtime makes them along the depth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply2x4(TileOperands* tile)
    {
        nint column = tile->BStride, lastColumn = tile->BColumnCount - 1;
        float* a0 = tile->A, a1 = a0 + (tile->ARowCount > 1 ? tile->ARowStride : 0);
        float* b0 = tile->B, b1 = b0 + (lastColumn >= 1 ? column : 0);
        float* b2 = b1 + (lastColumn >= 2 ? column : 0), b3 = b2 + (lastColumn >= 3 ? column : 0);
        Vector<float> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector<float> c10 = default, c11 = default, c12 = default, c13 = default;
        nint k = 0, depth = tile->Depth, width = Vector<float>.Count;
        for (; k <= depth - width; k += width)
        {
            Vector<float> x0 = Vector.Load(b0 + k), x1 = Vector.Load(b1 + k);
            Vector<float> x2 = Vector.Load(b2 + k), x3 = Vector.Load(b3 + k);
            Add(a0 + k, x0, x1, x2, x3, ref c00, ref c01, ref c02, ref c03);
            Add(a1 + k, x0, x1, x2, x3, ref c10, ref c11, ref c12, ref c13);
        }

        TileOperands rest = *tile;
        rest.Depth = depth - k;
        rest.B += k;
        Store(rest, 0, a0 + k, Vector128.Create(Vector.Sum(c00), Vector.Sum(c01), Vector.Sum(c02), Vector.Sum(c03)));
        Store(rest, 1, a1 + k, Vector128.Create(Vector.Sum(c10), Vector.Sum(c11), Vector.Sum(c12), Vector.Sum(c13)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float* a, Vector512<float> b0, Vector512<float> b1, Vector512<float> b2, Vector512<float> b3,
        ref Vector512<float> c0, ref Vector512<float> c1, ref Vector512<float> c2, ref Vector512<float> c3)
    {
        Vector512<float> x = Vector512.Load(a);
        c0 = Avx512F.FusedMultiplyAdd(x, b0, c0);
        c1 = Avx512F.FusedMultiplyAdd(x, b1, c1);
        c2 = Avx512F.FusedMultiplyAdd(x, b2, c2);
        c3 = Avx512F.FusedMultiplyAdd(x, b3, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float* a, Vector<float> b0, Vector<float> b1, Vector<float> b2, Vector<float> b3,
        ref Vector<float> c0, ref Vector<float> c1, ref Vector<float> c2, ref Vector<float> c3)
    {
        Vector<float> x = Vector.Load(a);
        c0 = Vector.MultiplyAddEstimate(x, b0, c0);
        c1 = Vector.MultiplyAddEstimate(x, b1, c1);
        c2 = Vector.MultiplyAddEstimate(x, b2, c2);
        c3 = Vector.MultiplyAddEstimate(x, b3, c3);
    }

    // The sums of four vectors at once: halved to 128 bits each, then transposed while they are added.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Sums(
        Vector512<float> c0, Vector512<float> c1, Vector512<float> c2, Vector512<float> c3)
    {
        Vector128<float> q0 = Fold(c0), q1 = Fold(c1), q2 = Fold(c2), q3 = Fold(c3);
        Vector128<float> low = Sse.UnpackLow(q0, q1) + Sse.UnpackHigh(q0, q1);
        Vector128<float> high = Sse.UnpackLow(q2, q3) + Sse.UnpackHigh(q2, q3);
        return Sse.MoveLowToHigh(low, high) + Sse.MoveHighToLow(high, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector512<float> vector)
    {
        Vector256<float> half = vector.GetLower() + vector.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    // Adds what the vectors left of the depth, then joins a row of four sums to C.
    private static void Store(in TileOperands rest, int row, float* a, Vector128<float> sums)
    {
        for (nint k = 0; k < rest.Depth; k++)
        {
            float* b = rest.B + k;
            for (int column = 0; column < 4; column++)
            {
                float weight = b[Math.Min(column, rest.BColumnCount - 1) * rest.BStride];
                sums = sums.WithElement(column, sums.GetElement(column) + (a[k] * weight));
            }
        }

        float* c = rest.C + (row * rest.CRowStride);
        sums = rest.Accumulate ? sums + Vector128.Load(c) : sums;
        Vector128.Store(rest.Bias is not null ? sums + Vector128.Load(rest.Bias) : sums, c);
    }
}
