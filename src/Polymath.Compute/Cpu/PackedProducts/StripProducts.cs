namespace Polymath.Compute.Cpu.PackedProducts;

/// <summary>
/// Products with packed weights of any format on any processor: strips of weights are decoded to fp32 and multiplied as
/// fp32 matrices are; those that were bf16 as bf16 are.
/// </summary>
internal static unsafe class StripProducts
{
    // 4 MiB of fp32: the strip stays in the last cache between decoding and multiplying.
    private const int StripElements = 1 << 20;

    /// <summary>y's columns of a part = x·Wᵀ (+ bias).</summary>
    /// <param name="team">Who computes.</param>
    /// <param name="multiplier">Multiplies strips.</param>
    /// <param name="scratch">Where strips are.</param>
    /// <param name="x">[R, K].</param>
    /// <param name="panels">The part of W.</param>
    /// <param name="y">[R, N] of the whole matrix.</param>
    /// <param name="bias">[N] of the whole matrix, or null.</param>
    public static void Multiply(
        WorkerTeam team, CpuMatrixMultiplier multiplier, Scratch scratch, MatrixView x, PackedPanels panels,
        MatrixView y, float* bias)
    {
        int columns = panels.Columns, panelElements = columns * PackedLayout.PanelRows;
        int stripPanels = Math.Clamp(StripElements / panelElements, 1, panels.Count);
        long rowBytes = panels.Format.RowBytes(columns);
        long blockFloats = ((rowBytes * team.ThreadCount) + sizeof(float) - 1) / sizeof(float);
        float* strip = scratch.Take(((long)stripPanels * panelElements) + blockFloats);
        var blocks = (byte*)(strip + ((long)stripPanels * panelElements));

        ProductPrecision precision = panels.Format == WeightFormat.BFloat16
            ? ProductPrecision.BFloat16
            : ProductPrecision.Float32;
        for (int panel = 0; panel < panels.Count; panel += stripPanels)
        {
            int start = panel * PackedLayout.PanelRows;
            int rows = Math.Min(stripPanels * PackedLayout.PanelRows, panels.Rows - start);
            team.Run(PackedPanels.CountOf(rows), new DecodingJob(panels, panel, rows, strip, blocks));
            int column = panels.FirstRow + start;
            multiplier.Multiply(
                MatrixProduct.NT, x, new MatrixView(strip, rows, columns), y.ColumnRange(column, rows),
                bias: bias is null ? null : bias + column, precision: precision);
        }
    }
}
