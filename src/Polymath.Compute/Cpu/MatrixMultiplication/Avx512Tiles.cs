using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Tiles of outer products in 512-bit vectors. The sums are locals because only locals live in registers: 24 of the 32
/// for the sums of 8x48, three for B, one for the broadcast element of A. A row of A costs one broadcast for as many
/// multiply-adds as the tile has vectors across, which is why the widest tile is the fastest.
/// </summary>
internal static unsafe class Avx512Tiles
{
    /// <summary>8 rows, 48 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x48(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0), a6 = a5 + (last >= 6 ? row : 0);
        float* a7 = a6 + (last >= 7 ? row : 0);
        Vector512<float> c00 = default, c01 = default, c02 = default;
        Vector512<float> c10 = default, c11 = default, c12 = default;
        Vector512<float> c20 = default, c21 = default, c22 = default;
        Vector512<float> c30 = default, c31 = default, c32 = default;
        Vector512<float> c40 = default, c41 = default, c42 = default;
        Vector512<float> c50 = default, c51 = default, c52 = default;
        Vector512<float> c60 = default, c61 = default, c62 = default;
        Vector512<float> c70 = default, c71 = default, c72 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16), b2 = Vector512.Load(b + 32);
            Add(a0[k], b0, b1, b2, ref c00, ref c01, ref c02);
            Add(a1[k], b0, b1, b2, ref c10, ref c11, ref c12);
            Add(a2[k], b0, b1, b2, ref c20, ref c21, ref c22);
            Add(a3[k], b0, b1, b2, ref c30, ref c31, ref c32);
            Add(a4[k], b0, b1, b2, ref c40, ref c41, ref c42);
            Add(a5[k], b0, b1, b2, ref c50, ref c51, ref c52);
            Add(a6[k], b0, b1, b2, ref c60, ref c61, ref c62);
            Add(a7[k], b0, b1, b2, ref c70, ref c71, ref c72);
        }

        float* c = tile->C;
        nint next = tile->CRowStride;
        Store(tile, c, c00, c01, c02);
        Store(tile, c += next, c10, c11, c12);
        Store(tile, c += next, c20, c21, c22);
        Store(tile, c += next, c30, c31, c32);
        Store(tile, c += next, c40, c41, c42);
        Store(tile, c += next, c50, c51, c52);
        Store(tile, c += next, c60, c61, c62);
        Store(tile, c += next, c70, c71, c72);
    }

    /// <summary>8 rows, 32 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x32(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0), a6 = a5 + (last >= 6 ? row : 0);
        float* a7 = a6 + (last >= 7 ? row : 0);
        Vector512<float> c00 = default, c01 = default;
        Vector512<float> c10 = default, c11 = default;
        Vector512<float> c20 = default, c21 = default;
        Vector512<float> c30 = default, c31 = default;
        Vector512<float> c40 = default, c41 = default;
        Vector512<float> c50 = default, c51 = default;
        Vector512<float> c60 = default, c61 = default;
        Vector512<float> c70 = default, c71 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + 16);
            Add(a0[k], b0, b1, ref c00, ref c01);
            Add(a1[k], b0, b1, ref c10, ref c11);
            Add(a2[k], b0, b1, ref c20, ref c21);
            Add(a3[k], b0, b1, ref c30, ref c31);
            Add(a4[k], b0, b1, ref c40, ref c41);
            Add(a5[k], b0, b1, ref c50, ref c51);
            Add(a6[k], b0, b1, ref c60, ref c61);
            Add(a7[k], b0, b1, ref c70, ref c71);
        }

        float* c = tile->C;
        nint next = tile->CRowStride;
        Store(tile, c, c00, c01);
        Store(tile, c += next, c10, c11);
        Store(tile, c += next, c20, c21);
        Store(tile, c += next, c30, c31);
        Store(tile, c += next, c40, c41);
        Store(tile, c += next, c50, c51);
        Store(tile, c += next, c60, c61);
        Store(tile, c += next, c70, c71);
    }

    /// <summary>8 rows, 16 columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x16(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0), a6 = a5 + (last >= 6 ? row : 0);
        float* a7 = a6 + (last >= 7 ? row : 0);
        Vector512<float> c00 = default;
        Vector512<float> c10 = default;
        Vector512<float> c20 = default;
        Vector512<float> c30 = default;
        Vector512<float> c40 = default;
        Vector512<float> c50 = default;
        Vector512<float> c60 = default;
        Vector512<float> c70 = default;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            Vector512<float> b0 = Vector512.Load(b);
            Add(a0[k], b0, ref c00);
            Add(a1[k], b0, ref c10);
            Add(a2[k], b0, ref c20);
            Add(a3[k], b0, ref c30);
            Add(a4[k], b0, ref c40);
            Add(a5[k], b0, ref c50);
            Add(a6[k], b0, ref c60);
            Add(a7[k], b0, ref c70);
        }

        float* c = tile->C;
        nint next = tile->CRowStride;
        Store(tile, c, c00);
        Store(tile, c += next, c10);
        Store(tile, c += next, c20);
        Store(tile, c += next, c30);
        Store(tile, c += next, c40);
        Store(tile, c += next, c50);
        Store(tile, c += next, c60);
        Store(tile, c += next, c70);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float a, Vector512<float> b0, Vector512<float> b1, Vector512<float> b2,
        ref Vector512<float> c0, ref Vector512<float> c1, ref Vector512<float> c2)
    {
        Vector512<float> x = Vector512.Create(a);
        c0 = Avx512F.FusedMultiplyAdd(x, b0, c0);
        c1 = Avx512F.FusedMultiplyAdd(x, b1, c1);
        c2 = Avx512F.FusedMultiplyAdd(x, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        TileOperands* tile, float* c, Vector512<float> c0, Vector512<float> c1, Vector512<float> c2)
    {
        if (tile->Accumulate)
        {
            c0 += Vector512.Load(c);
            c1 += Vector512.Load(c + 16);
            c2 += Vector512.Load(c + 32);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector512.Load(tile->Bias);
            c1 += Vector512.Load(tile->Bias + 16);
            c2 += Vector512.Load(tile->Bias + 32);
        }

        Vector512.Store(c0, c);
        Vector512.Store(c1, c + 16);
        Vector512.Store(c2, c + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float a, Vector512<float> b0, Vector512<float> b1, ref Vector512<float> c0, ref Vector512<float> c1)
    {
        Vector512<float> x = Vector512.Create(a);
        c0 = Avx512F.FusedMultiplyAdd(x, b0, c0);
        c1 = Avx512F.FusedMultiplyAdd(x, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, Vector512<float> c0, Vector512<float> c1)
    {
        if (tile->Accumulate)
        {
            c0 += Vector512.Load(c);
            c1 += Vector512.Load(c + 16);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector512.Load(tile->Bias);
            c1 += Vector512.Load(tile->Bias + 16);
        }

        Vector512.Store(c0, c);
        Vector512.Store(c1, c + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, Vector512<float> b0, ref Vector512<float> c0) =>
        c0 = Avx512F.FusedMultiplyAdd(Vector512.Create(a), b0, c0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, Vector512<float> c0)
    {
        if (tile->Accumulate)
        {
            c0 += Vector512.Load(c);
        }

        if (tile->Bias is not null)
        {
            c0 += Vector512.Load(tile->Bias);
        }

        Vector512.Store(c0, c);
    }
}
