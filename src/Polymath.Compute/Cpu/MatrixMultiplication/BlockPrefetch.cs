using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>Prefetches the lines of a block little by little, so that the memory works while the vectors do.</summary>
internal unsafe struct BlockPrefetch
{
    private readonly nint _stride;
    private readonly int _elements, _linesPerCall;
    private float* _line;
    private int _linesLeft;

    /// <summary>Prepares the prefetching of a block.</summary>
    /// <param name="block">Its first element.</param>
    /// <param name="stride">Elements from a line to the next.</param>
    /// <param name="lines">The number of lines.</param>
    /// <param name="elements">The contiguous elements of a line.</param>
    /// <param name="calls">After how many calls of <see cref="Advance"/> all is to be asked for.</param>
    public BlockPrefetch(float* block, nint stride, int lines, int elements, int calls)
    {
        _line = block;
        _stride = stride;
        _linesLeft = lines;
        _elements = elements;
        _linesPerCall = Blocking.CeilingDivide(lines, calls);
    }

    /// <summary>Asks for the next lines, if any are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance()
    {
        if (_linesLeft > 0)
        {
            AskForLines();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AskForLines()
    {
        for (int count = Math.Min(_linesPerCall, _linesLeft); count > 0; count--, _linesLeft--, _line += _stride)
        {
            Prefetch.IntoSecondCache(_line, _elements);
        }
    }
}
