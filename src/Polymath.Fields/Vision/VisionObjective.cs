using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Vision;

/// <summary>Cross-entropy of the classes against the label's distribution, averaged over the images.</summary>
public sealed unsafe class VisionObjective : IObjective
{
    private readonly Kernels _kernels;
    private readonly PlannedBuffer _losses;

    /// <summary>Reserves a loss for every image.</summary>
    public VisionObjective(Kernels kernels, MemoryPlan plan, int maxImages)
    {
        _kernels = kernels;
        _losses = plan.Reserve("losses", maxImages);
    }

    /// <inheritdoc/>
    public string LossUnit => "nats per image";

    /// <inheritdoc/>
    public double Evaluate(Batch batch, MatrixView outputs, float gradientScale)
    {
        _kernels.CrossEntropy(outputs, batch.Values, gradientScale / outputs.Rows, _losses.Floats);
        double sum = 0;
        for (int image = 0; image < outputs.Rows; image++)
        {
            sum += _losses.Floats[image];
        }

        return sum / outputs.Rows;
    }
}
