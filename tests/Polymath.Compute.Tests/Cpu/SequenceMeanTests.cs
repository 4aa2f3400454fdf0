namespace Polymath.Compute.Tests.Cpu;

public sealed class SequenceMeanTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void MeansOfEverySequenceAndTheirGradients(int columns)
    {
        (int, int)[] sequences = [(5, 0), (1, 0), (30, 0)];
        int rows = sequences.Sum(sequence => sequence.Item1);
        using var layout = new TestLayout(AttentionMask.Bidirectional, sequences);
        TestMatrix x = TestMatrix.Random(rows, columns, "x"), dy = TestMatrix.Random(sequences.Length, columns, "dy");
        double[] Means(double[] values) => [.. Enumerable.Range(0, sequences.Length * columns).Select(index =>
        {
            int start = sequences[..(index / columns)].Sum(sequence => sequence.Item1);
            int length = sequences[index / columns].Item1;
            return Enumerable.Range(start, length).Average(row => values[(row * columns) + (index % columns)]);
        })];
        double[] xs = x.ToDoubles();
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix y = new(sequences.Length, columns), dx = TestMatrix.Random(rows, columns, "dx");
                kernels.MeanSequences(layout.Layout, x.View, y.View);
                kernels.MeanSequencesBackward(layout.Layout, dy.View, dx.View);
                return [y, dx];
            },
            1e-6, Means(xs), Differences.Gradient(Means, xs, dy.ToDoubles()));
    }

    [Fact]
    public void RowsInBFloat16AreRoundedOnce()
    {
        using var layout = new TestLayout(AttentionMask.Bidirectional, [(3, 0), (2, 0)]);
        TestMatrix x = TestMatrix.Of(5, 19, (row, column) => (row * 8) + column), dy = TestMatrix.Of(2, 19, (_, column) => column);
        KernelCheck.Run(
            kernels =>
            {
                HalfMatrix half = new(x), dx = new(x);
                TestMatrix y = new(2, 19);
                kernels.MeanSequences(layout.Layout, half.View, y.View);
                kernels.MeanSequencesBackward(layout.Layout, dy.View, dx.View);
                return [y, dx.Widened()];
            },
            1e-6,
            [.. Enumerable.Range(0, 38).Select(index => index < 19 ? 8.0 + index : 28 + index - 19)],
            [.. Enumerable.Range(0, 95).Select(index => (double)(float)(BFloat16)((index % 19) * (1f / (index < 57 ? 3 : 2))))]);
    }
}
