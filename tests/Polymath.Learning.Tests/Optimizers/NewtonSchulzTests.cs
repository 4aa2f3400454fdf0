using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Learning.Tests;

/// <summary>What comes out is near orthogonal, whatever the operands are rounded to.</summary>
public sealed unsafe class NewtonSchulzTests
{
    [Theory]
    [InlineData(24, 70, ProductPrecision.Float32)]
    [InlineData(24, 70, ProductPrecision.BFloat16)]
    [InlineData(70, 24, ProductPrecision.Float32)]
    [InlineData(70, 24, ProductPrecision.BFloat16)]
    public void TheShorterSideBecomesNearlyOrthogonal(int rows, int columns, ProductPrecision precision)
    {
        using var plan = new MemoryPlan();
        using Kernels kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        PlannedBuffer buffer = plan.Reserve("x", rows * columns);
        var orthogonalizer = new NewtonSchulz(kernels, plan, [(rows, columns)], precision);
        plan.Commit();
        var random = new RandomStream(3, 1);
        foreach (ref float value in buffer.FloatSpan)
        {
            value = random.NextNormal();
        }

        MatrixView x = orthogonalizer.Orthogonalize(new MatrixView(buffer.Floats, rows, columns));
        bool isTall = rows > columns;
        int size = Math.Min(rows, columns), length = Math.Max(rows, columns);
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                double dot = 0;
                for (int k = 0; k < length; k++)
                {
                    dot += isTall ? (double)x.Row(k)[i] * x.Row(k)[j] : (double)x.Row(i)[k] * x.Row(j)[k];
                }

                // Singular values end between 0.7 and 1.2, so that those of the Gram matrix are within 0.51 of 1.
                Assert.InRange(dot, i == j ? 0.45 : -0.35, i == j ? 1.5 : 0.35);
            }
        }
    }
}
