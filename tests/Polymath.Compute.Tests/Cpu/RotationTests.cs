namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class RotationTests
{
    [Theory]
    [InlineData(1, 1, 2)]
    [InlineData(5, 3, 10)]
    [InlineData(7, 2, 64)]
    [InlineData(130, 2, 80)]
    public void PairsTurnByTheAngleOfTheirPositionAndBack(int rows, int heads, int headWidth)
    {
        int half = headWidth / 2, columns = heads * headWidth;
        TestMatrix x = TestMatrix.Random(rows, columns, "x");
        TestMatrix table = TestMatrix.Of(
            200, headWidth, (p, c) => c < half ? Math.Cos(p * Rate(c, half)) : Math.Sin(p * Rate(c - half, half)));
        int[] positions = GC.AllocateArray<int>(rows, pinned: true);
        for (int row = 0; row < rows; row++)
        {
            positions[row] = (row * 31) % 200;
        }

        double[] xs = x.ToDoubles();
        double[] turned = Turn(xs, columns, headWidth, positions, 1);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix there = x.Copy();
                fixed (int* at = positions)
                {
                    kernels.Rotate(there.View, headWidth, at, table.View, inverse: false);
                    TestMatrix back = there.Copy();
                    kernels.Rotate(back.View, headWidth, at, table.View, inverse: true);
                    return [there, back];
                }
            },
            1e-6, turned, xs);
    }

    [Fact]
    public void TheBackwardPassIsTheTransposeOfTheForwardPass()
    {
        int[] positions = [3, 0, 11];
        double[] x = TestMatrix.Random(3, 12, "x").ToDoubles(), dy = TestMatrix.Random(3, 12, "dy").ToDoubles();
        double[] dx = Differences.Gradient(v => Turn(v, 12, 6, positions, 1), x, dy);
        KernelCheck.Close(dx, Turn(dy, 12, 6, positions, -1), 1e-9, "reference");
    }

    private static double Rate(int pair, int half) => Math.Pow(10000, -(double)pair / half);

    private static double[] Turn(double[] x, int columns, int headWidth, int[] positions, int sign)
    {
        var y = new double[x.Length];
        int half = headWidth / 2;
        for (int index = 0; index < x.Length; index++)
        {
            int inHead = index % columns % headWidth, pair = inHead % half;
            double angle = sign * positions[index / columns] * Rate(pair, half);
            y[index] = inHead < half
                ? (x[index] * Math.Cos(angle)) - (x[index + half] * Math.Sin(angle))
                : (x[index] * Math.Cos(angle)) + (x[index - half] * Math.Sin(angle));
        }

        return y;
    }
}
