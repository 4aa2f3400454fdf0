using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>The mean squared error of the velocities.</summary>
public sealed class FlowObjective : IObjective
{
    /// <inheritdoc/>
    public string LossUnit => "mean squared error of the velocity";

    /// <inheritdoc/>
    public double Evaluate(Batch batch, MatrixView outputs, float gradientScale)
    {
        double sum = 0, count = (double)outputs.Rows * outputs.Columns;
        float scale = (float)(2 * gradientScale / count);
        for (int row = 0; row < outputs.Rows; row++)
        {
            Span<float> output = outputs.RowSpan(row), target = batch.Values.RowSpan(row);
            for (int index = 0; index < output.Length; index++)
            {
                float error = output[index] - target[index];
                sum += error * error;
                output[index] = scale * error;
            }
        }

        return sum / count;
    }
}
