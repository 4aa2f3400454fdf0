using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu.PackedProducts;

/// <summary>
/// Products in double precision, with the operands that a back end may round them to: x as it is, x in blocks of 32
/// with 8 bits, x in bf16.
/// </summary>
internal sealed class PackedReference(
    double[] x, float[] weights, double[]? bias, int rows, int n, int columns)
{
    private const int BlockElements = 32;

    /// <summary>Demands that y [rows, n] is the product with one of the roundings that its parts allow.</summary>
    public void Check(WeightPart[] parts, CpuKernels kernels, double[] y, string where)
    {
        int start = 0;
        foreach (WeightPart part in parts)
        {
            bool rounded = part.Format.IsQuantised() && kernels.QuantisesActivations;
            bool toBFloat16 = part.Format == WeightFormat.BFloat16 && kernels.HasBFloat16Products && rows > 1;
            double[] operand = rounded ? ToEightBits() : toBFloat16 ? [.. x.Select(value => (double)(float)(BFloat16)(float)value)] : x;
            for (int row = 0; row < rows; row++)
            {
                for (int column = start; column < start + part.Rows; column++)
                {
                    (double sum, double size) = Product(operand, row, column);
                    double error = Math.Abs(sum - y[(row * n) + column]);
                    Assert.True(
                        error <= 1e-6 * size,
                        $"{where}, part {part.Format}, [{row}, {column}]: expected {sum}, found {y[(row * n) + column]}");
                }
            }

            start += part.Rows;
        }
    }

    // The sum and the sum of magnitudes, which rounding errors are relative to.
    private (double Sum, double Size) Product(double[] operand, int row, int column)
    {
        double sum = bias is null ? 0 : bias[column], size = Math.Abs(sum) + 1e-3;
        for (int k = 0; k < columns; k++)
        {
            double term = operand[(row * columns) + k] * weights[(column * columns) + k];
            sum += term;
            size += Math.Abs(term);
        }

        return (sum, size);
    }

    // To nearest even by a scale of fp32, the largest becoming 127: the rule of the kernels, in their precision.
    private double[] ToEightBits()
    {
        var rounded = new double[x.Length];
        for (int start = 0; start < x.Length; start += BlockElements)
        {
            float largest = 0;
            for (int k = start; k < start + BlockElements; k++)
            {
                largest = MathF.Max(largest, MathF.Abs((float)x[k]));
            }

            float inverse = largest > 0 ? 127 / largest : 0;
            for (int k = start; k < start + BlockElements; k++)
            {
                rounded[k] = (double)(largest / 127) * MathF.Round((float)x[k] * inverse);
            }
        }

        return rounded;
    }
}
