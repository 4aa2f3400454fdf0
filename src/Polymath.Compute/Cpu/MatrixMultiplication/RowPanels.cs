using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Packs a block of a transposed A [K, M] into panels [depth, tile rows], one behind the other, a block for every worker.
/// </summary>
internal sealed unsafe class RowPanels : IDisposable
{
    // Copies are of whole vectors, not element by element as of a strip of B; so a panel has room behind its end.
    private const int CopyWidth = 8;

    private readonly int _tileRows, _fewestColumns;
    private readonly nint _workerElements;
    private readonly Scratch _memory = new();
    private readonly float* _panels;

    /// <summary>Takes memory for every worker's block, if transposed operands are packed at all.</summary>
    /// <param name="blocking">The sizes of blocks.</param>
    /// <param name="tileRows">The rows of a tile, at most 8.</param>
    /// <param name="workerCount">The workers.</param>
    public RowPanels(Blocking blocking, int tileRows, int workerCount)
    {
        _tileRows = tileRows;
        _fewestColumns = blocking.PackedRowColumns;
        if (_fewestColumns < int.MaxValue)
        {
            int panels = Blocking.CeilingDivide(blocking.TileRows, tileRows);
            _workerElements = panels * PanelElements(blocking.Depth);
            _panels = _memory.Take(workerCount * _workerElements);
        }
    }

    /// <summary>The memory that is held.</summary>
    public long Bytes => _memory.Bytes;

    /// <summary>Whether a block that is multiplied by so many columns is better packed.</summary>
    public bool Pays(int columns) => columns >= _fewestColumns;

    /// <summary>Packs a block; element (row, k) of a panel is at row + k · tile rows.</summary>
    /// <param name="worker">Whose memory is used.</param>
    /// <param name="a">The first element of the block.</param>
    /// <param name="stride">From a k to the next.</param>
    /// <param name="depth">The k of the block.</param>
    /// <param name="rows">The rows of the block, contiguous in memory.</param>
    /// <param name="readable">The rows that may be read, at least those of the block.</param>
    /// <param name="step">Elements from a panel to the next.</param>
    /// <returns>The first panel.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float* Pack(int worker, float* a, nint stride, int depth, int rows, int readable, out nint step)
    {
        float* panels = _panels + (worker * _workerElements);
        step = PanelElements(depth);
        int wide = Math.Min(rows, Math.Max(readable - CopyWidth + 1, 0));
        for (int k = 0; k < depth; k++, a += stride)
        {
            float* to = panels + (k * _tileRows);
            int row = 0;
            for (; row < wide; row += _tileRows, to += step)
            {
                Vector256.Store(Vector256.Load(a + row), to);
            }

            for (; row < rows; row += _tileRows, to += step)
            {
                new ReadOnlySpan<float>(a + row, Math.Min(_tileRows, rows - row)).CopyTo(new Span<float>(to, _tileRows));
            }
        }

        return panels;
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();

    private nint PanelElements(int depth) => Blocking.RoundUp((depth * _tileRows) + CopyWidth, CopyWidth);
}
