namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>Decodes panels to a strip of fp32 rows; a tile is one panel.</summary>
/// <param name="panels">The panels.</param>
/// <param name="firstPanel">The first that is decoded.</param>
/// <param name="rows">The rows that are decoded.</param>
/// <param name="strip">[rows, columns].</param>
/// <param name="blocks">Room for a row of blocks of each worker.</param>
internal readonly unsafe struct DecodingJob(
    PackedPanels panels, int firstPanel, int rows, float* strip, byte* blocks) : IParallelJob
{
    private readonly int _rowBytes = checked((int)panels.Format.RowBytes(panels.Columns));

    /// <inheritdoc/>
    public void Execute(int tile, int worker)
    {
        (int start, int end) = Tiling.Range(tile, PackedLayout.PanelRows, rows);
        for (int row = start; row < end; row++)
        {
            panels.Decode(
                (firstPanel * PackedLayout.PanelRows) + row,
                new Span<byte>(blocks + ((long)worker * _rowBytes), _rowBytes),
                new Span<float>(strip + ((long)row * panels.Columns), panels.Columns));
        }
    }
}
