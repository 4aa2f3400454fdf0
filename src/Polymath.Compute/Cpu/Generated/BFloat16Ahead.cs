using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// A part of an operand that will be packed after the product in hand, asked for by the tiles of that product, so that
/// the memory works while the vectors do.
/// </summary>
internal unsafe struct BFloat16Ahead
{
    private const int StepBytes = BFloat16Tile.NextLines * 64, PairsPerStep = 4;

    private byte* _next;
    private nint _rowBytes, _stepsLeft;

    /// <summary>The part of an operand of the lines [line, line + lines) and at most so many k from one on.</summary>
    public static BFloat16Ahead Of(in BFloat16Operand operand, int line, int lines, int k, int depth)
    {
        BFloat16Operand part = operand.Part(line, lines, k, Math.Min(depth, operand.Depth - k));
        if (!part.HasContiguousLines)
        {
            return new BFloat16Ahead { _next = part.Data, _rowBytes = part.DepthBytes, _stepsLeft = part.Depth };
        }

        // Lines of which only a part is wanted are left to the processor.
        return part.LineBytes == (nint)part.Depth * part.ElementBytes
            ? new BFloat16Ahead
            {
                _next = part.Data, _rowBytes = StepBytes, _stepsLeft = (nint)(part.Lines * part.LineBytes / StepBytes),
            }
            : default;
    }

    /// <summary>Gives a tile its share, or something that is at hand already where all is asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(BFloat16Tile* tile)
    {
        bool isLeft = _stepsLeft > 0;
        tile->Next = isLeft ? _next : (byte*)tile->B;
        tile->NextRowBytes = isLeft ? _rowBytes : 0;
        nint steps = tile->Pairs / PairsPerStep;
        _next += steps * _rowBytes;
        _stepsLeft -= steps;
    }
}
