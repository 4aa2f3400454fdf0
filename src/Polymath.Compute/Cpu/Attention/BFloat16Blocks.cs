using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu;

/// <summary>
/// The small matrix products of attention over pairs of bf16, summed in fp32: tiles of A of 16 rows, panels of B of 32
/// columns, which suits heads of 32, 64 and 128.
/// </summary>
/// <param name="kernels">The generated routines.</param>
internal readonly unsafe struct BFloat16Blocks(BFloat16Kernels kernels)
{
    /// <summary>The rows of A that are packed together, and the lines that a column of C is padded to.</summary>
    public const int Lines = PackingCode.Lines;

    /// <summary>The elements of a row that are packed together.</summary>
    public const int RowElements = 2 * Lines;

    private const int PanelColumns = 2 * Lines;
    private const uint AllLines = (1u << Lines) - 1;

    /// <summary>So many lines in whole vectors.</summary>
    public static int PaddedLines(int lines) => Blocking.RoundUp(lines, Lines);

    /// <summary>The pairs that packed lines take.</summary>
    public static long CountPairs(int lines, int depth) => (long)PaddedLines(lines) * BFloat16Panels.PaddedPairsOf(depth);

    /// <summary>Packs rows of a head as an operand whose lines are the rows, or the columns.</summary>
    /// <param name="rows">The head.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">The rows.</param>
    /// <param name="width">The columns.</param>
    /// <param name="linesAreRows">Whether the rows run along the depth.</param>
    /// <param name="isLeft">Whether this is A.</param>
    /// <param name="pairs">[<see cref="CountPairs"/>].</param>
    public BFloat16Panels Pack(
        HeadRows rows, int first, int count, int width, bool linesAreRows, bool isLeft, uint* pairs)
    {
        var panels = new BFloat16Panels
        {
            Source = BFloat16Operand.Of(rows.View(first, count, width), linesAreRows),
            PanelLines = isLeft ? Lines : PanelColumns,
            Pairs = pairs,
        };
        new BFloat16PackingJob(kernels, panels).ExecuteAll();
        return panels;
    }

    /// <summary>Packs 16 rows of sums as rows of A.</summary>
    /// <param name="rows">[16, count].</param>
    /// <param name="stride">From a row to the next.</param>
    /// <param name="count">The elements of a row, a multiple of <see cref="RowElements"/>.</param>
    /// <param name="panel">[count / 2, 16].</param>
    [SkipLocalsInit]
    public void PackRows(float* rows, int stride, int count, uint* panel)
    {
        PanelPart part;
        part.Source = (byte*)rows;
        part.SourceRowBytes = (nint)stride * sizeof(float);
        part.Panel = panel;
        part.PanelRowBytes = Lines * sizeof(uint);
        part.Count = count / RowElements;
        part.Lines = Lines;
        part.FirstMask = part.SecondMask = AllLines;
        kernels.Transpose(fromBFloat16: false)(&part);
    }

    /// <summary>Packs 16 rows of sums as 16 columns of A: eight pairs of every row of A.</summary>
    /// <param name="rows">[16, count].</param>
    /// <param name="stride">From a row to the next.</param>
    /// <param name="count">The rows of A, a multiple of 16.</param>
    /// <param name="panel">Where the first pair goes in panels of 16 rows.</param>
    /// <param name="panelPairs">The pairs of a row in a panel.</param>
    [SkipLocalsInit]
    public void PackColumns(float* rows, int stride, int count, uint* panel, int panelPairs)
    {
        PanelPart part;
        part.Source = (byte*)rows;
        part.SourceRowBytes = (nint)stride * sizeof(float);
        part.Panel = panel;
        part.PanelRowBytes = Lines * sizeof(uint);
        part.VectorStep = (nint)panelPairs * Lines * sizeof(uint);
        part.Count = Lines / 2;
        part.Vectors = count / Lines;
        part.FirstMask = part.SecondMask = AllLines;
        kernels.Interleave(fromBFloat16: false)(&part);
    }

    /// <summary>C (+)= A·B for at most 16 rows; C is written in whole vectors.</summary>
    /// <param name="a">The panel of A.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="b">B.</param>
    /// <param name="column">The first column, at the start of a panel.</param>
    /// <param name="columnEnd">Behind the last column.</param>
    /// <param name="pair">The pair of B where that of A begins.</param>
    /// <param name="pairs">How many are summed.</param>
    /// <param name="c">C [rows, columns of B].</param>
    /// <param name="stride">From a row of C to the next.</param>
    /// <param name="accumulate">Whether the product is added to C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Multiply(
        uint* a, int rows, in BFloat16Panels b, int column, int columnEnd, int pair, int pairs, float* c, int stride,
        bool accumulate)
    {
        BFloat16Tile tile;
        tile.Pairs = pairs;
        tile.CRowBytes = tile.SumsRowBytes = (nint)stride * sizeof(float);
        tile.Bias = null;
        tile.ColumnMask = 0;
        tile.NextRowBytes = 0;
        for (; column < columnEnd; column += PanelColumns)
        {
            int width = b.WidthOf(column);
            var multiply = kernels.Tile(new BFloat16TileForm(
                width / Lines, IsMasked: false, ReadsRows: false, WritesBFloat16: false));
            tile.B = b.PanelOf(column) + ((nint)pair * width);
            tile.Next = (byte*)tile.B;
            for (int row = 0; row < rows; row += BFloat16TileCode.Rows)
            {
                float* sums = c + ((nint)row * stride) + column;
                tile.A = a + row;
                tile.C = sums;
                tile.Sums = accumulate ? sums : null;
                tile.Rows = Math.Min(BFloat16TileCode.Rows, rows - row);
                multiply(&tile);
            }
        }
    }
}
