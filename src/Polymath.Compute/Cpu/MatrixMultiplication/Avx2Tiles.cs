using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>Tiles of outer products in 256-bit vectors: 12 of the 16 registers hold the sums of 6x16.</summary>
internal static unsafe class Avx2Tiles
{
    /// <summary>6 rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply6x16(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0);
        Vector256<float> c00 = default, c01 = default;
        Vector256<float> c10 = default, c11 = default;
        Vector256<float> c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default;
        Vector256<float> c40 = default, c41 = default;
        Vector256<float> c50 = default, c51 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
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

    /// <summary>6 rows, 8 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply6x8(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0);
        Vector256<float> c00 = default;
        Vector256<float> c10 = default;
        Vector256<float> c20 = default;
        Vector256<float> c30 = default;
        Vector256<float> c40 = default;
        Vector256<float> c50 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector256<float> b0 = Vector256.Load(b);
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
        float a, Vector256<float> b0, Vector256<float> b1, ref Vector256<float> c0, ref Vector256<float> c1)
    {
        Vector256<float> x = Vector256.Create(a);
        c0 = Fma.MultiplyAdd(x, b0, c0);
        c1 = Fma.MultiplyAdd(x, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, Vector256<float> c0, Vector256<float> c1)
    {
        if (tile->Accumulate)
        {
            c0 += Vector256.Load(c);
            c1 += Vector256.Load(c + 8);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector256.Load(tile->Bias);
            c1 += Vector256.Load(tile->Bias + 8);
        }

        Vector256.Store(c0, c);
        Vector256.Store(c1, c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, Vector256<float> b0, ref Vector256<float> c0) =>
        c0 = Fma.MultiplyAdd(Vector256.Create(a), b0, c0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, Vector256<float> c0)
    {
        if (tile->Accumulate)
        {
            c0 += Vector256.Load(c);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector256.Load(tile->Bias);
        }

        Vector256.Store(c0, c);
    }
}
