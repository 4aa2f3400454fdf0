using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>What a tile works on: C (+)= A·B. Strides are in elements.</summary>
internal struct TileStrides
{
    /// <summary>From a row of A to the next.</summary>
    public nint ARow;

    /// <summary>From a k of A to the next.</summary>
    public nint ADepth;

    /// <summary>From a k of B to the next.</summary>
    public nint BDepth;

    /// <summary>From a row of C to the next.</summary>
    public nint CRow;
}

/// <summary>
/// Small matrix products whose sums stay in registers: eight rows of C, one or two vectors wide. A is read in place,
/// whichever way it lies.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionTiles<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>The rows of a tile.</summary>
    public const int Rows = 8;

    /// <summary>C [8, 2 vectors] (+)= A [8, depth]·B [depth, 2 vectors].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x2(float* a, float* b, float* c, in TileStrides strides, int depth, bool accumulate)
    {
        nint row = strides.ARow, step = strides.ADepth, bStep = strides.BDepth;
        nint row3 = 3 * row;
        float* a4 = a + (4 * row);
        TSimd c00 = TSimd.Zero, c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
        TSimd c40 = c00, c41 = c00, c50 = c00, c51 = c00, c60 = c00, c61 = c00, c70 = c00, c71 = c00;
        for (; depth > 0; depth--, a += step, a4 += step, b += bStep)
        {
            TSimd b0 = TSimd.Load(b), b1 = TSimd.Load(b + TSimd.Count);
            TSimd x = TSimd.Create(*a);
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Create(a[row]);
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            c11 = TSimd.MultiplyAdd(x, b1, c11);
            x = TSimd.Create(a[2 * row]);
            c20 = TSimd.MultiplyAdd(x, b0, c20);
            c21 = TSimd.MultiplyAdd(x, b1, c21);
            x = TSimd.Create(a[row3]);
            c30 = TSimd.MultiplyAdd(x, b0, c30);
            c31 = TSimd.MultiplyAdd(x, b1, c31);
            x = TSimd.Create(*a4);
            c40 = TSimd.MultiplyAdd(x, b0, c40);
            c41 = TSimd.MultiplyAdd(x, b1, c41);
            x = TSimd.Create(a4[row]);
            c50 = TSimd.MultiplyAdd(x, b0, c50);
            c51 = TSimd.MultiplyAdd(x, b1, c51);
            x = TSimd.Create(a4[2 * row]);
            c60 = TSimd.MultiplyAdd(x, b0, c60);
            c61 = TSimd.MultiplyAdd(x, b1, c61);
            x = TSimd.Create(a4[row3]);
            c70 = TSimd.MultiplyAdd(x, b0, c70);
            c71 = TSimd.MultiplyAdd(x, b1, c71);
        }

        nint cRow = strides.CRow;
        Put(c00, c01, c, accumulate);
        Put(c10, c11, c + cRow, accumulate);
        Put(c20, c21, c + (2 * cRow), accumulate);
        Put(c30, c31, c + (3 * cRow), accumulate);
        c += 4 * cRow;
        Put(c40, c41, c, accumulate);
        Put(c50, c51, c + cRow, accumulate);
        Put(c60, c61, c + (2 * cRow), accumulate);
        Put(c70, c71, c + (3 * cRow), accumulate);
    }

    /// <summary>C [8, 1 vector] (+)= A [8, depth]·B [depth, 1 vector].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply8x1(float* a, float* b, float* c, in TileStrides strides, int depth, bool accumulate)
    {
        nint row = strides.ARow, step = strides.ADepth, bStep = strides.BDepth;
        nint row3 = 3 * row;
        float* a4 = a + (4 * row);
        TSimd c0 = TSimd.Zero, c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
        for (; depth > 0; depth--, a += step, a4 += step, b += bStep)
        {
            TSimd b0 = TSimd.Load(b);
            c0 = TSimd.MultiplyAdd(TSimd.Create(*a), b0, c0);
            c1 = TSimd.MultiplyAdd(TSimd.Create(a[row]), b0, c1);
            c2 = TSimd.MultiplyAdd(TSimd.Create(a[2 * row]), b0, c2);
            c3 = TSimd.MultiplyAdd(TSimd.Create(a[row3]), b0, c3);
            c4 = TSimd.MultiplyAdd(TSimd.Create(*a4), b0, c4);
            c5 = TSimd.MultiplyAdd(TSimd.Create(a4[row]), b0, c5);
            c6 = TSimd.MultiplyAdd(TSimd.Create(a4[2 * row]), b0, c6);
            c7 = TSimd.MultiplyAdd(TSimd.Create(a4[row3]), b0, c7);
        }

        nint cRow = strides.CRow;
        Put(c0, c, accumulate);
        Put(c1, c + cRow, accumulate);
        Put(c2, c + (2 * cRow), accumulate);
        Put(c3, c + (3 * cRow), accumulate);
        c += 4 * cRow;
        Put(c4, c, accumulate);
        Put(c5, c + cRow, accumulate);
        Put(c6, c + (2 * cRow), accumulate);
        Put(c7, c + (3 * cRow), accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TSimd c0, TSimd c1, float* c, bool accumulate)
    {
        Put(c0, c, accumulate);
        Put(c1, c + TSimd.Count, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TSimd sum, float* c, bool accumulate) =>
        TSimd.Store(accumulate ? sum + TSimd.Load(c) : sum, c);

    /// <summary>
    /// C [rows, vectors] (+)= A·B over strips: <paramref name="b"/> is the first strip, <paramref name="stripStep"/> leads
    /// to the next. Rows are a multiple of <see cref="Rows"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* a, float* b, nint stripStep, float* c, in TileStrides strides, int rows, int vectors, int depth,
        bool accumulate)
    {
        int stripVectors = AttentionPacking<TSimd>.StripVectors;
        for (; vectors > 0; vectors -= stripVectors, b += stripStep, c += stripVectors * TSimd.Count)
        {
            for (int row = 0; row < rows; row += Rows)
            {
                float* aRows = a + (row * strides.ARow), cRows = c + (row * strides.CRow);
                if (stripVectors == 2 && vectors >= 2)
                {
                    Multiply8x2(aRows, b, cRows, strides, depth, accumulate);
                }
                else
                {
                    Multiply8x1(aRows, b, cRows, strides, depth, accumulate);
                }
            }
        }
    }
}
