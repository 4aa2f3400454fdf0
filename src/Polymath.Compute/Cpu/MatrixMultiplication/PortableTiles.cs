using System.Numerics;
using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Tiles of outer products in vectors as wide as the runtime makes them, on any processor. Where there is no fused
/// multiply-add, multiply and add are rounded apart.
/// </summary>
internal static unsafe class PortableTiles
{
    /// <summary>The elements of a vector.</summary>
    public static int VectorWidth => Vector<float>.Count;

    /// <summary>6 rows, two vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply6x2(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0);
        Vector<float> c00 = default, c01 = default;
        Vector<float> c10 = default, c11 = default;
        Vector<float> c20 = default, c21 = default;
        Vector<float> c30 = default, c31 = default;
        Vector<float> c40 = default, c41 = default;
        Vector<float> c50 = default, c51 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector<float> b0 = Vector.Load(b), b1 = Vector.Load(b + VectorWidth);
            Add(a0[k], b0, b1, ref c00, ref c01);
            Add(a1[k], b0, b1, ref c10, ref c11);
            Add(a2[k], b0, b1, ref c20, ref c21);
            Add(a3[k], b0, b1, ref c30, ref c31);
            Add(a4[k], b0, b1, ref c40, ref c41);
            Add(a5[k], b0, b1, ref c50, ref c51);
        }

        float* c = tile->C;
        nint next = tile->CRowStride;
        Store(tile, c, c00, c01);
        Store(tile, c += next, c10, c11);
        Store(tile, c += next, c20, c21);
        Store(tile, c += next, c30, c31);
        Store(tile, c += next, c40, c41);
        Store(tile, c += next, c50, c51);
    }

    /// <summary>6 rows, one vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply6x1(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0);
        Vector<float> c00 = default;
        Vector<float> c10 = default;
        Vector<float> c20 = default;
        Vector<float> c30 = default;
        Vector<float> c40 = default;
        Vector<float> c50 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector<float> b0 = Vector.Load(b);
            Add(a0[k], b0, ref c00);
            Add(a1[k], b0, ref c10);
            Add(a2[k], b0, ref c20);
            Add(a3[k], b0, ref c30);
            Add(a4[k], b0, ref c40);
            Add(a5[k], b0, ref c50);
        }

        float* c = tile->C;
        nint next = tile->CRowStride;
        Store(tile, c, c00);
        Store(tile, c += next, c10);
        Store(tile, c += next, c20);
        Store(tile, c += next, c30);
        Store(tile, c += next, c40);
        Store(tile, c += next, c50);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float a, Vector<float> b0, Vector<float> b1, ref Vector<float> c0, ref Vector<float> c1)
    {
        Vector<float> x = Vector.Create(a);
        c0 = Vector.MultiplyAddEstimate(x, b0, c0);
        c1 = Vector.MultiplyAddEstimate(x, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, Vector<float> c0, Vector<float> c1)
    {
        if (tile->Accumulate)
        {
            c0 += Vector.Load(c);
            c1 += Vector.Load(c + VectorWidth);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector.Load(tile->Bias);
            c1 += Vector.Load(tile->Bias + VectorWidth);
        }

        Vector.Store(c0, c);
        Vector.Store(c1, c + VectorWidth);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, Vector<float> b0, ref Vector<float> c0) =>
        c0 = Vector.MultiplyAddEstimate(Vector.Create(a), b0, c0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, Vector<float> c0)
    {
        if (tile->Accumulate)
        {
            c0 += Vector.Load(c);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector.Load(tile->Bias);
        }

        Vector.Store(c0, c);
    }
}
