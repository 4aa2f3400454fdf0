using System.Runtime.CompilerServices;
using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>
/// Multiplies rounded rows by the quantised parts of a weight matrix; a tile is one panel of weights, which is read from
/// memory once and meets all rows.
/// </summary>
internal readonly unsafe struct QuantisedProductJob : IParallelJob
{
    private readonly QuantisedKernels _kernels;
    private readonly PackedWeights _weights;
    private readonly EightBitRows _rows;
    private readonly MatrixView _y;
    private readonly float* _bias;
    private readonly byte* _expanded;
    private readonly long _expandedBytes;

    /// <summary>Prepares a product.</summary>
    /// <param name="kernels">The routines.</param>
    /// <param name="weights">W.</param>
    /// <param name="rows">The rows of x.</param>
    /// <param name="y">[R, N].</param>
    /// <param name="bias">[N] or null.</param>
    /// <param name="expanded">Room for <see cref="ExpandedBytes"/> of each worker.</param>
    public QuantisedProductJob(
        QuantisedKernels kernels, PackedWeights weights, EightBitRows rows, MatrixView y, float* bias, byte* expanded)
    {
        _kernels = kernels;
        _weights = weights;
        _rows = rows;
        _y = y;
        _bias = bias;
        _expanded = expanded;
        _expandedBytes = ExpandedBytes(weights, rows.Rows);
        foreach (PackedPart part in weights.Parts)
        {
            TileCount += part.Format.IsQuantised() ? PackedPanels.CountOf(part.Rows) : 0;
        }
    }

    /// <summary>The panels of all quantised parts.</summary>
    public int TileCount { get; }

    /// <summary>The bytes that a worker needs for expanded blocks: a panel's, or, for a single row, a packed block's.</summary>
    public static long ExpandedBytes(PackedWeights weights, int rows)
    {
        foreach (PackedPart part in weights.Parts)
        {
            if (part.Format.BlockElements() == PanelExpansion.PackedElements)
            {
                int elements = rows == 1 ? PanelExpansion.PackedElements : weights.Columns;
                return (long)elements / EightBitRows.BlockElements * PanelExpansion.BlockBytes;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Execute(int tile, int worker)
    {
        foreach (PackedPart part in _weights.Parts)
        {
            int count = part.Format.IsQuantised() ? PackedPanels.CountOf(part.Rows) : 0;
            if (tile < count)
            {
                Multiply(new PackedPanels(part, _weights.Columns), tile, _expanded + (worker * _expandedBytes));
                return;
            }

            tile -= count;
        }
    }

    [SkipLocalsInit]
    private void Multiply(in PackedPanels panels, int panel, byte* expanded)
    {
        int start = panel * PackedLayout.PanelRows, column = panels.FirstRow + start;
        int present = Math.Min(PackedLayout.PanelRows, panels.Rows - start);
        QuantisedTile tile;
        tile.Weights = panels.Panel(panel);
        tile.Blocks = panels.Columns / EightBitRows.BlockElements;
        tile.YRowBytes = (nint)_y.Stride * sizeof(float);
        tile.Bias = _bias is null ? null : _bias + column;
        tile.Mask = uint.MaxValue >> (PackedLayout.PanelRows - present);
        tile.Y = _y.Data + column;
        if (panels.Format.BlockElements() == EightBitRows.BlockElements)
        {
            MultiplyGroups(&tile, SourceOf(panels.Format));
        }
        else if (_rows.Rows == 1)
        {
            MultiplyBlockwise(&tile, panels, expanded);
        }
        else
        {
            for (int block = 0; block < panels.BlockCount; block++)
            {
                PanelExpansion.Expand(
                    panels.Format, tile.Weights + ((long)block * panels.Layout.BlockBytes),
                    expanded + (block * PanelExpansion.BlocksPerPacked * PanelExpansion.BlockBytes));
            }

            tile.Weights = expanded;
            MultiplyGroups(&tile, SourceOf(panels.Format));
        }
    }

    private static QuantisedSource SourceOf(WeightFormat format) => format switch
    {
        WeightFormat.Q8_0 => QuantisedSource.EightBits,
        WeightFormat.Q4_0 => QuantisedSource.FourBits,
        WeightFormat.Q4_K => QuantisedSource.WithMinima,
        _ => QuantisedSource.WithTwoScales,
    };

    private void MultiplyGroups(QuantisedTile* tile, QuantisedSource source)
    {
        var multiply = _kernels.Tile(source, _rows.Rows == 1);
        for (int group = 0; group < _rows.GroupCount; group++)
        {
            tile->Rows = _rows.Group(group);
            tile->Tokens = Math.Min(_rows.GroupRows, _rows.Rows - (group * _rows.GroupRows));
            multiply(tile);
            tile->Y += (nint)_rows.GroupRows * _y.Stride;
        }
    }

    // The expanded block stays in the first cache; the sums wait in y.
    private void MultiplyBlockwise(QuantisedTile* tile, in PackedPanels panels, byte* expanded)
    {
        var multiply = _kernels.Tile(SourceOf(panels.Format), singleRow: true);
        byte* packed = tile->Weights;
        tile->Weights = expanded;
        tile->Rows = _rows.Group(0);
        tile->Blocks = PanelExpansion.BlocksPerPacked;
        tile->Tokens = 1;
        for (int block = 0; block < panels.BlockCount; block++, packed += panels.Layout.BlockBytes)
        {
            PanelExpansion.Expand(panels.Format, packed, expanded);
            multiply(tile);
            tile->Bias = tile->Y;
            tile->Rows += PanelExpansion.BlocksPerPacked * EightBitRows.BytesPerBlock;
        }
    }
}
