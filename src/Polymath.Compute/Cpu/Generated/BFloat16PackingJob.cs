using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>Rounds operands to bf16 and packs them into panels; both operands of a product are shared out at once.</summary>
internal readonly unsafe struct BFloat16PackingJob : IParallelJob
{
    // Contiguous lines that are a tile of work; pairs that are, where lines lie side by side, in groups that are read
    // together.
    private const int TileLines = 48, TilePairs = 32, PairGroup = 8;

    private readonly BFloat16Kernels _kernels;
    private readonly BFloat16Panels _first, _second;
    private readonly int _firstTiles;

    /// <summary>Prepares the packing of one or two operands.</summary>
    public BFloat16PackingJob(BFloat16Kernels kernels, in BFloat16Panels first, in BFloat16Panels second)
    {
        _kernels = kernels;
        _first = first;
        _second = second;
        _firstTiles = TilesOf(first);
        TileCount = _firstTiles + TilesOf(second);
    }

    /// <summary>The number of tiles.</summary>
    public int TileCount { get; }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int tile, int worker)
    {
        if (tile < _firstTiles)
        {
            Pack(_first, tile);
        }
        else
        {
            Pack(_second, tile - _firstTiles);
        }
    }

    private static int TilesOf(in BFloat16Panels panels) => panels.HasContiguousLines
        ? Blocking.CeilingDivide(panels.Lines, TileLines)
        : Blocking.CeilingDivide(panels.Depth, 2 * TilePairs);

    private static uint MaskOf(int count) => count >= PackingCode.Lines ? 0xFFFF : (1u << Math.Max(count, 0)) - 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(in BFloat16Panels panels, int tile)
    {
        if (panels.HasContiguousLines)
        {
            int end = Math.Min(panels.Lines, (tile + 1) * TileLines);
            for (int line = tile * TileLines; line < end; line += PackingCode.Lines)
            {
                Transpose(panels, line);
            }

            return;
        }

        int endPair = Math.Min(Blocking.CeilingDivide(panels.Depth, 2), (tile + 1) * TilePairs);
        for (int pair = tile * TilePairs; pair < endPair; pair += PairGroup)
        {
            for (int line = 0; line < panels.Lines; line += panels.PanelLines)
            {
                Interleave(panels, line, pair, Math.Min(PairGroup, endPair - pair));
            }
        }
    }

    // A vector of 16 lines, the whole depth: its whole blocks, then the rest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Transpose(in BFloat16Panels panels, int line)
    {
        const int BlockDepth = 2 * PackingCode.Lines;
        int panelStart = line / panels.PanelLines * panels.PanelLines, width = panels.WidthOf(panelStart);
        int blocks = panels.Depth / BlockDepth, rest = panels.Depth % BlockDepth;
        PanelPart part;
        part.Source = panels.Source + (line * panels.LineStride);
        part.SourceRowBytes = panels.LineStride * sizeof(float);
        part.Panel = panels.PanelOf(panelStart) + (line - panelStart);
        part.PanelRowBytes = width * sizeof(uint);
        part.Lines = Math.Min(PackingCode.Lines, panels.Lines - line);
        if (blocks > 0)
        {
            part.Count = blocks;
            part.FirstMask = part.SecondMask = MaskOf(PackingCode.Lines);
            _kernels.Transpose(&part);
        }

        if (rest > 0)
        {
            part.Source += blocks * BlockDepth;
            part.Panel += (nint)blocks * PackingCode.Lines * width;
            part.Count = 1;
            part.FirstMask = MaskOf(rest);
            part.SecondMask = MaskOf(rest - PackingCode.Lines);
            _kernels.Transpose(&part);
        }
    }

    // Some pairs of a panel: the whole vectors of its lines, then the rest; an odd last k has no partner.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Interleave(in BFloat16Panels panels, int line, int pair, int count)
    {
        int width = panels.WidthOf(line), lines = Math.Min(width, panels.Lines - line);
        PanelPart part;
        part.SourceRowBytes = panels.DepthStride * sizeof(float);
        part.PanelRowBytes = width * sizeof(uint);
        int whole = Math.Min(count, (panels.Depth / 2) - pair);
        for (int start = pair; start < pair + count; start += Math.Max(whole, 1))
        {
            int pairs = start == pair && whole > 0 ? whole : 1;
            bool isOdd = (2 * start) + 1 >= panels.Depth;
            int vectors = lines / PackingCode.Lines, rest = lines % PackingCode.Lines;
            part.Source = panels.Source + line + (2 * start * panels.DepthStride);
            part.Panel = panels.PanelOf(line) + ((nint)start * width);
            if (vectors > 0)
            {
                part.Count = pairs;
                part.Vectors = vectors;
                part.FirstMask = MaskOf(PackingCode.Lines);
                part.SecondMask = isOdd ? 0 : part.FirstMask;
                _kernels.Interleave(&part);
            }

            if (rest > 0)
            {
                part.Source += vectors * PackingCode.Lines;
                part.Panel += vectors * PackingCode.Lines;
                part.Count = pairs;
                part.Vectors = 1;
                part.FirstMask = MaskOf(rest);
                part.SecondMask = isOdd ? 0 : part.FirstMask;
                _kernels.Interleave(&part);
            }
        }
    }
}
