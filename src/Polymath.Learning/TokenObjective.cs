using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// Cross-entropy of the next token, averaged over the positions that have a target: what fields of tokens share.
/// </summary>
public sealed unsafe class TokenObjective : IObjective
{
    private readonly Kernels _kernels;
    private readonly PlannedBuffer _losses;

    /// <summary>Reserves a loss for every row.</summary>
    public TokenObjective(Kernels kernels, MemoryPlan plan, int maxRows)
    {
        _kernels = kernels;
        _losses = plan.Reserve("losses", maxRows);
    }

    /// <inheritdoc/>
    public string LossUnit => "nats per token";

    /// <inheritdoc/>
    public double Evaluate(Batch batch, MatrixView outputs, float gradientScale)
    {
        int counted = batch.CountTargets();
        _kernels.CrossEntropy(outputs, batch.TargetData, gradientScale / Math.Max(1, counted), _losses.Floats);
        return SumOfLosses(batch.RowCount) / Math.Max(1, counted);
    }

    /// <summary>The summed loss of a batch in nats, without a gradient.</summary>
    public double SumLosses(Batch batch, MatrixView outputs)
    {
        _kernels.CrossEntropy(outputs, batch.TargetData, 0, _losses.Floats);
        return SumOfLosses(batch.RowCount);
    }

    private double SumOfLosses(int rowCount)
    {
        double sum = 0;
        for (int row = 0; row < rowCount; row++)
        {
            sum += _losses.Floats[row];
        }

        return sum;
    }
}
