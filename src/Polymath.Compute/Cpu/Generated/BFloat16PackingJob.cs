using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>Packs an operand into panels, rounded to bf16 where it is not.</summary>
internal readonly unsafe struct BFloat16PackingJob : IParallelJob
{
    // Contiguous lines that are a tile of work; pairs that are, where lines lie side by side, in groups that are read
    // together.
    private const int TileLines = 48, TilePairs = 32, PairGroup = 8;

    private readonly BFloat16Kernels _kernels;
    private readonly BFloat16Panels _panels;

    /// <summary>Prepares the packing of an operand.</summary>
    public BFloat16PackingJob(BFloat16Kernels kernels, in BFloat16Panels panels)
    {
        _kernels = kernels;
        _panels = panels;
        TileCount = panels.Source.HasContiguousLines
            ? Blocking.CeilingDivide(panels.Source.Lines, TileLines)
            : panels.Source.Lines == 0 ? 0 : Blocking.CeilingDivide(panels.Source.Depth, 2 * TilePairs);
    }

    /// <summary>The number of tiles.</summary>
    public int TileCount { get; }

    /// <summary>Packs all, by one thread.</summary>
    public void ExecuteAll()
    {
        for (int tile = 0; tile < TileCount; tile++)
        {
            Execute(tile, 0);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Execute(int tile, int worker)
    {
        if (_panels.Source.HasContiguousLines)
        {
            int end = Math.Min(_panels.Source.Lines, (tile + 1) * TileLines);
            for (int line = tile * TileLines; line < end; line += PackingCode.Lines)
            {
                Transpose(_panels, line);
            }

            return;
        }

        // Narrow panels are all written at once; a wide one holds several vectors by itself.
        int lines = _panels.PanelLines > PackingCode.Lines ? _panels.PanelLines : _panels.Source.Lines;
        int endPair = Math.Min(Blocking.CeilingDivide(_panels.Source.Depth, 2), (tile + 1) * TilePairs);
        for (int pair = tile * TilePairs; pair < endPair; pair += PairGroup)
        {
            for (int line = 0; line < _panels.Source.Lines; line += lines)
            {
                Interleave(
                    _panels, line, Math.Min(lines, _panels.Source.Lines - line), pair,
                    Math.Min(PairGroup, endPair - pair));
            }
        }
    }

    private static uint MaskOf(int count, int most) => (uint)((1L << Math.Clamp(count, 0, most)) - 1);

    // A vector of 16 lines, the whole depth: its whole blocks, then the rest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void Transpose(in BFloat16Panels panels, int line)
    {
        const int BlockDepth = 2 * PackingCode.Lines;
        BFloat16Operand source = panels.Source;
        delegate* unmanaged[SuppressGCTransition]<PanelPart*, void> transpose = _kernels.Transpose(source.IsBFloat16);
        int panelStart = line / panels.PanelLines * panels.PanelLines, width = panels.WidthOf(panelStart);
        int blocks = source.Depth / BlockDepth, rest = source.Depth % BlockDepth;
        int lanes = source.IsBFloat16 ? BlockDepth : PackingCode.Lines;
        PanelPart part;
        part.Source = source.Data + (line * source.LineBytes);
        part.SourceRowBytes = source.LineBytes;
        part.Panel = panels.PanelOf(panelStart) + (line - panelStart);
        part.PanelRowBytes = width * sizeof(uint);
        part.Lines = Math.Min(PackingCode.Lines, source.Lines - line);
        if (blocks > 0)
        {
            part.Count = blocks;
            part.FirstMask = part.SecondMask = MaskOf(lanes, lanes);
            transpose(&part);
        }

        if (rest > 0)
        {
            part.Source += blocks * BlockDepth * source.ElementBytes;
            part.Panel += (nint)blocks * PackingCode.Lines * width;
            part.Count = 1;
            part.FirstMask = MaskOf(rest, lanes);
            part.SecondMask = MaskOf(rest - PackingCode.Lines, lanes);
            transpose(&part);
        }
    }

    // Some pairs of some lines: a last k without a partner comes by itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Interleave(in BFloat16Panels panels, int line, int lines, int pair, int count)
    {
        int whole = Math.Min(count, (panels.Source.Depth / 2) - pair);
        if (whole > 0)
        {
            InterleaveAlike(panels, line, lines, pair, whole, hasPartner: true);
        }

        if (whole < count)
        {
            InterleaveAlike(panels, line, lines, pair + whole, 1, hasPartner: false);
        }
    }

    // The whole vectors of the lines, then the rest.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private void InterleaveAlike(
        in BFloat16Panels panels, int line, int lines, int pair, int count, bool hasPartner)
    {
        BFloat16Operand source = panels.Source;
        delegate* unmanaged[SuppressGCTransition]<PanelPart*, void> interleave = _kernels.Interleave(source.IsBFloat16);
        int width = panels.WidthOf(line), vectors = lines / PackingCode.Lines, rest = lines % PackingCode.Lines;
        bool isOnePanel = panels.PanelLines > PackingCode.Lines;
        PanelPart part;
        part.Source = source.Data + (line * source.LineBytes) + (2 * pair * source.DepthBytes);
        part.SourceRowBytes = source.DepthBytes;
        part.Panel = panels.PanelOf(line) + ((nint)pair * width);
        part.PanelRowBytes = width * sizeof(uint);
        part.VectorStep = (isOnePanel ? PackingCode.Lines : (nint)PackingCode.Lines * panels.PaddedPairs) * sizeof(uint);
        part.Count = count;
        if (vectors > 0)
        {
            part.Vectors = vectors;
            part.FirstMask = MaskOf(PackingCode.Lines, PackingCode.Lines);
            part.SecondMask = hasPartner ? part.FirstMask : 0;
            interleave(&part);
        }

        if (rest > 0)
        {
            part.Source += vectors * PackingCode.Lines * source.ElementBytes;
            part.Panel += vectors * (part.VectorStep / sizeof(uint));
            part.Vectors = 1;
            part.FirstMask = MaskOf(rest, PackingCode.Lines);
            part.SecondMask = hasPartner ? part.FirstMask : 0;
            interleave(&part);
        }
    }
}
