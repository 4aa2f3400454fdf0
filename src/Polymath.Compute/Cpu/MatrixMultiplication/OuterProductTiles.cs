using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Tiles of outer products: for every k a column of A meets a row of B. The sums are locals because only locals live in
/// registers: with 32 of them, 24 hold the sums of 8x3, three a row of B, one a broadcast element of A; with 16, 12
/// hold the sums of 6x2. An element of A costs one broadcast for as many multiply-adds as the tile is vectors wide, so
/// the widest tile is the fastest.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class OuterProductTiles<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>8 rows, three vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x3(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0), a6 = a5 + (last >= 6 ? row : 0);
        float* a7 = a6 + (last >= 7 ? row : 0);
        TSimd c00 = TSimd.Zero, c01 = c00, c02 = c00, c10 = c00, c11 = c00, c12 = c00;
        TSimd c20 = c00, c21 = c00, c22 = c00, c30 = c00, c31 = c00, c32 = c00;
        TSimd c40 = c00, c41 = c00, c42 = c00, c50 = c00, c51 = c00, c52 = c00;
        TSimd c60 = c00, c61 = c00, c62 = c00, c70 = c00, c71 = c00, c72 = c00;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            TSimd b0 = TSimd.Load(b), b1 = TSimd.Load(b + TSimd.Count), b2 = TSimd.Load(b + (2 * TSimd.Count));
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

    /// <summary>8 rows, two vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x2(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0), a6 = a5 + (last >= 6 ? row : 0);
        float* a7 = a6 + (last >= 7 ? row : 0);
        TSimd c00 = TSimd.Zero, c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
        TSimd c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
        TSimd c60 = c00, c61 = c00, c70 = c00, c71 = c00;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            TSimd b0 = TSimd.Load(b), b1 = TSimd.Load(b + TSimd.Count);
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

    /// <summary>8 rows, one vector of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x1(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0), a6 = a5 + (last >= 6 ? row : 0);
        float* a7 = a6 + (last >= 7 ? row : 0);
        TSimd c00 = TSimd.Zero, c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00, c60 = c00, c70 = c00;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            TSimd b0 = TSimd.Load(b);
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

    /// <summary>6 rows, two vectors of columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply6x2(TileOperands* tile)
    {
        nint row = tile->ARowStride, last = tile->ARowCount - 1;
        float* b = tile->B, a0 = tile->A;
        float* a1 = a0 + (last >= 1 ? row : 0), a2 = a1 + (last >= 2 ? row : 0);
        float* a3 = a2 + (last >= 3 ? row : 0), a4 = a3 + (last >= 4 ? row : 0);
        float* a5 = a4 + (last >= 5 ? row : 0);
        TSimd c00 = TSimd.Zero, c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
        TSimd c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            TSimd b0 = TSimd.Load(b), b1 = TSimd.Load(b + TSimd.Count);
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
        TSimd c00 = TSimd.Zero, c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00;
        nint aStep = tile->ADepthStride, bStep = tile->BStride, k = 0;
        for (nint left = tile->Depth; left > 0; left--, k += aStep, b += bStep)
        {
            TSimd b0 = TSimd.Load(b);
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
    private static void Add(float a, TSimd b0, TSimd b1, TSimd b2, ref TSimd c0, ref TSimd c1, ref TSimd c2)
    {
        TSimd x = TSimd.Create(a);
        c0 = TSimd.MultiplyAdd(x, b0, c0);
        c1 = TSimd.MultiplyAdd(x, b1, c1);
        c2 = TSimd.MultiplyAdd(x, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, TSimd c0, TSimd c1, TSimd c2)
    {
        if (tile->Accumulate)
        {
            c0 += TSimd.Load(c);
            c1 += TSimd.Load(c + TSimd.Count);
            c2 += TSimd.Load(c + (2 * TSimd.Count));
        }

        if (tile->Bias is not null)
        {
            c0 += TSimd.Load(tile->Bias);
            c1 += TSimd.Load(tile->Bias + TSimd.Count);
            c2 += TSimd.Load(tile->Bias + (2 * TSimd.Count));
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + TSimd.Count);
        TSimd.Store(c2, c + (2 * TSimd.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, TSimd b0, TSimd b1, ref TSimd c0, ref TSimd c1)
    {
        TSimd x = TSimd.Create(a);
        c0 = TSimd.MultiplyAdd(x, b0, c0);
        c1 = TSimd.MultiplyAdd(x, b1, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, TSimd c0, TSimd c1)
    {
        if (tile->Accumulate)
        {
            c0 += TSimd.Load(c);
            c1 += TSimd.Load(c + TSimd.Count);
        }

        if (tile->Bias is not null)
        {
            c0 += TSimd.Load(tile->Bias);
            c1 += TSimd.Load(tile->Bias + TSimd.Count);
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + TSimd.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float a, TSimd b0, ref TSimd c0) =>
        c0 = TSimd.MultiplyAdd(TSimd.Create(a), b0, c0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(TileOperands* tile, float* c, TSimd c0)
    {
        if (tile->Accumulate)
        {
            c0 += TSimd.Load(c);
        }

        if (tile->Bias is not null)
        {
            c0 += TSimd.Load(tile->Bias);
        }

        TSimd.Store(c0, c);
    }
}
