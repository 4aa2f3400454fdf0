using Polymath.Fields.Images;
using Polymath.Learning;

namespace Polymath.Fields.Tests.Images;

public sealed class ClassificationTests
{
    private static readonly Classification Found = new(
        [0, 0, 0, 1, 1, 2],
        [[0.8f, 0.1f, 0.1f], [0.7f, 0.2f, 0.1f], [0.3f, 0.6f, 0.1f], [0.2f, 0.5f, 0.3f], [0.9f, 0.05f, 0.05f], [0.4f, 0.3f, 0.3f]]);

    [Fact]
    public void FiguresFollowFromProbabilities()
    {
        Assert.Equal(0.5, Found.Accuracy);
        Assert.Equal([4, 2, 5], Found.Mistakes());
        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.5) + Math.Log(0.05) + Math.Log(0.3)) / 6, Found.Loss, 1e-6);
        int[,] confusion = Found.Confusion(3);
        Assert.Equal([2, 1, 0, 1, 1, 0, 1, 0, 0], confusion.Cast<int>());
        ExaminedTable table = ClassTable.Of(["a", "b", "c"], confusion);
        Assert.Equal(["a", "0.5000", "0.6667", "0.5714", "3"], table.Rows[0]);
        Assert.Equal(["c", "0.0000", "0.0000", "0.0000", "1"], table.Rows[2]);
        (double precision, double recall) = ClassTable.Means(confusion);
        Assert.Equal(1.0 / 3, precision, 1e-9);
        Assert.Equal(((2.0 / 3) + 0.5) / 3, recall, 1e-9);
    }

    [Theory]
    [InlineData(9300, 10000, 0.92482, 0.93484)]
    [InlineData(0, 10, 0, 0.27753)]
    [InlineData(10, 10, 0.72247, 1)]
    public void IntervalsAreWilsons(int right, int count, double low, double high)
    {
        (double foundLow, double foundHigh) = Classification.IntervalOf(right, count);
        Assert.Equal(low, foundLow, 1e-4);
        Assert.Equal(high, foundHigh, 1e-4);
    }

    [Fact]
    public void ConfidenceIsComparedWithAccuracyBinByBin()
    {
        float[][] probabilities = [.. Enumerable.Range(0, 10).Select(_ => new[] { 0.9f, 0.1f })];
        int[] labels = [.. Enumerable.Range(0, 10).Select(index => index < 7 ? 0 : 1)];
        var found = new Classification(labels, probabilities);
        Assert.Equal(0.2, found.CalibrationError, 1e-6);
        Assert.Equal((0.9, 0.7, 10), (Math.Round(found.Calibration()[0].Confidence, 6), found.Calibration()[0].Accuracy, found.Calibration()[0].Count));
    }
}
