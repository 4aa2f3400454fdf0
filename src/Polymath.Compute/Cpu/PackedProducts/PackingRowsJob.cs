namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>Copies rows of blocks to their places in panels; a tile is the rows of one panel.</summary>
internal readonly unsafe struct PackingRowsJob(PackedPanels panels, int firstRow, int rows, byte* blocks) : IParallelJob
{
    private readonly long _rowBytes = panels.Format.RowBytes(panels.Columns);

    /// <summary>The panels that the rows lie in.</summary>
    public int TileCount => ((firstRow + rows - 1) / PackedLayout.PanelRows) - (firstRow / PackedLayout.PanelRows) + 1;

    /// <inheritdoc/>
    public void Execute(int tile, int worker)
    {
        int panelStart = ((firstRow / PackedLayout.PanelRows) + tile) * PackedLayout.PanelRows;
        int start = Math.Max(firstRow, panelStart), end = Math.Min(firstRow + rows, panelStart + PackedLayout.PanelRows);
        for (int row = start; row < end; row++)
        {
            panels.Pack(row, blocks + ((row - firstRow) * _rowBytes));
        }
    }
}
