namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>Rounds rows of activations to 8 bits; a tile is one group of rows.</summary>
internal readonly unsafe struct RoundingRowsJob(MatrixView x, EightBitRows rounded) : IParallelJob
{
    /// <inheritdoc/>
    public void Execute(int tile, int worker)
    {
        (int start, int end) = Tiling.Range(tile, rounded.GroupRows, x.Rows);
        for (int row = start; row < end; row++)
        {
            rounded.Round(x.Row(row), row);
        }
    }
}
