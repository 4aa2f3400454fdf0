namespace Polymath.Compute.Tests.Cpu;

/// <summary>Gradients by central differences of a plain function in double precision.</summary>
internal static class Differences
{
    private const double Step = 1e-4;

    /// <summary>
    /// The gradient of Σ weights·function(x) with respect to x, the fourth-order central difference (error about 1e-11
    /// for smooth functions of order 1).
    /// </summary>
    public static double[] Gradient(Func<double[], double[]> function, double[] x, double[] weights)
    {
        var gradient = new double[x.Length];
        double[] moved = [.. x];
        for (int index = 0; index < x.Length; index++)
        {
            double At(double distance)
            {
                moved[index] = x[index] + distance;
                double[] y = function(moved);
                moved[index] = x[index];
                double sum = 0;
                for (int output = 0; output < y.Length; output++)
                {
                    sum += weights[output] * y[output];
                }

                return sum;
            }

            gradient[index] =
                ((8 * (At(Step) - At(-Step))) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
        }

        return gradient;
    }

    /// <summary>a + b, element by element.</summary>
    public static double[] Plus(this double[] a, double[] b) => [.. a.Zip(b, (left, right) => left + right)];

    /// <summary>The sums of the columns of a matrix.</summary>
    public static double[] ColumnSums(this double[] matrix, int columns)
    {
        var sums = new double[columns];
        for (int index = 0; index < matrix.Length; index++)
        {
            sums[index % columns] += matrix[index];
        }

        return sums;
    }
}
