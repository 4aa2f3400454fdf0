using Polymath.Cli.Terminal;
using Polymath.Learning;

namespace Polymath.Cli.Tests.Terminal;

public sealed class ProgressLineTests
{
    private static readonly StepReport Report = new(
        1234, 20_000, 1.23456, 1e-3, 0.5, 2048, 45_678, 123e9, 0.25, TimeSpan.FromSeconds(60),
        TimeSpan.FromSeconds(754));

    private readonly ProgressLine _line = new("tokens") { HeldOut = "bits per byte 1.75" };

    [Fact]
    public void WithRoomTheLineSaysEverything() => Assert.Equal(
        "step  1,234/20,000  loss 1.2346  bits per byte 1.75  45,678 tokens/s  123 GFLOP/s  25 % of peak  12m34s left",
        _line.Write(Report, 200));

    [Fact]
    public void WithoutRoomTheTimeLeftStaysLongest()
    {
        Assert.Equal(
            "step  1,234/20,000  loss 1.2346  bits per byte 1.75  45,678 tokens/s  12m34s left",
            _line.Write(Report, 82));
        Assert.Equal("step  1,234/20,000  loss 1.2346  12m34s left", _line.Write(Report, 50));
        Assert.Equal("step  1,234/20,000", _line.Write(Report, 20));
    }

    [Fact]
    public void TheLineNeverOutgrowsItsRoom()
    {
        for (int width = 1; width < 130; width++)
        {
            Assert.InRange(_line.Write(Report, width).Length, 1, width);
        }
    }

    [Fact]
    public void WhatIsNotKnownYetIsLeftOut()
    {
        StepReport first = Report with
        {
            Step = 1, TotalSteps = 0, TimeLeft = null, ShareOfPeak = 0, FlopsPerSecond = 1.26e9,
        };
        Assert.Equal("step 1  loss 1.2346  45,678 tokens/s  1.3 GFLOP/s", new ProgressLine("tokens").Write(first, 200));
    }

    [Theory]
    [InlineData(0.4, "0s")]
    [InlineData(59, "59s")]
    [InlineData(61, "1m01s")]
    [InlineData(7384, "2h03m")]
    [InlineData(180000, "50h00m")]
    public void ADurationHasItsTwoLargestUnits(double seconds, string expected) =>
        Assert.Equal(expected, ProgressLine.Duration(TimeSpan.FromSeconds(seconds)));
}
