using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>What a product reads as B: strips of <see cref="AttentionTiles{TSimd}.StripColumns"/> columns.</summary>
/// <param name="data">The first row of the first strip.</param>
/// <param name="stride">From a row of a strip to the next.</param>
/// <param name="step">From a strip to the next.</param>
internal readonly unsafe struct Strips(float* data, nint stride, nint step)
{
    /// <summary>The first row of the first strip.</summary>
    public readonly float* Data = data;

    /// <summary>From a row of a strip to the next, and from a strip to the next.</summary>
    public readonly nint Stride = stride, Step = step;

    /// <summary>The strips from a row on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Strips From(int row) => new(Data + (row * Stride), Stride, Step);
}

/// <summary>The small matrix products of attention, in tiles whose sums stay in registers.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionTiles<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>The vectors of a strip of B: a tile is as wide.</summary>
    public const int StripVectors = 2;

    /// <summary>The rows of a tile: as many as their sums fit the registers.</summary>
    public static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSimd.HasManyRegisters ? 8 : 6;
    }

    /// <summary>The columns of a strip of B.</summary>
    public static int StripColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => StripVectors * TSimd.Count;
    }

    /// <summary>The columns that so many take in strips.</summary>
    public static int PaddedColumns(int columns) => Tiling.CountTiles(columns, StripColumns) * StripColumns;

    /// <summary>The rows that so many take in tiles.</summary>
    public static int PaddedRows(int rows) => Tiling.CountTiles(rows, Rows) * Rows;

    /// <summary>C (+)= A·B for the rows of one tile.</summary>
    /// <param name="a">A [Rows, depth].</param>
    /// <param name="aRowStride">From a row of A to the next.</param>
    /// <param name="aDepthStride">From a k of A to the next.</param>
    /// <param name="b">B [depth, vectors].</param>
    /// <param name="c">C [Rows, vectors].</param>
    /// <param name="cStride">From a row of C to the next.</param>
    /// <param name="vectors">The width of C in vectors.</param>
    /// <param name="depth">How many products are summed.</param>
    /// <param name="accumulate">Whether the product is added to C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* a, nint aRowStride, nint aDepthStride, Strips b, float* c, nint cStride, int vectors, int depth,
        bool accumulate)
    {
        TileOperands tile;
        tile.A = a;
        tile.ARowStride = aRowStride;
        tile.ADepthStride = aDepthStride;
        tile.ARowCount = Rows;
        tile.B = b.Data;
        tile.BStride = b.Stride;
        tile.BColumnCount = 0;
        tile.C = c;
        tile.CRowStride = cStride;
        tile.Depth = depth;
        tile.Bias = null;
        tile.Accumulate = accumulate;
        for (; vectors >= StripVectors; vectors -= StripVectors, tile.B += b.Step, tile.C += StripColumns)
        {
            if (TSimd.HasManyRegisters)
            {
                OuterProductTiles<TSimd>.Multiply8x2(&tile);
            }
            else
            {
                OuterProductTiles<TSimd>.Multiply6x2(&tile);
            }
        }

        if (vectors > 0 && TSimd.HasManyRegisters)
        {
            OuterProductTiles<TSimd>.Multiply8x1(&tile);
        }
        else if (vectors > 0)
        {
            OuterProductTiles<TSimd>.Multiply6x1(&tile);
        }
    }
}
