using CsCheck;
using Polymath.Formats.Charts;

namespace Polymath.Formats.Tests.Charts;

public sealed class AxisTests
{
    [Theory]
    [InlineData(0, 10, 5, "0 2 4 6 8 10")]
    [InlineData(1.52, 4.27, 6, "1.5 2.0 2.5 3.0 3.5 4.0 4.5")]
    [InlineData(-1, 1, 4, "-1.0 -0.5 0 0.5 1.0")]
    [InlineData(0, 20_000, 4, "0 5k 10k 15k 20k")]
    [InlineData(0, 1_500_000, 3, "0 0.5M 1.0M 1.5M")]
    [InlineData(0, 1e-5, 5, "0 2e-6 4e-6 6e-6 8e-6 1e-5")]
    [InlineData(0, 3e18, 3, "0 1e18 2e18 3e18")]
    [InlineData(0.9981, 0.9999, 2, "0.998 0.999 1.000")]
    public void LinearTicksAreRoundNumbers(double low, double high, int tickCount, string labels) =>
        Assert.Equal(labels, Labels(Axis.Fit(AxisScale.Linear, [low, high], tickCount, isLoose: true)));

    [Theory]
    [InlineData(1, 1e6, 10, "1 10 100 1000 10k 100k 1M")]
    [InlineData(1, 100, 8, "1 2 5 10 20 50 100")]
    [InlineData(1e-6, 1, 4, "1e-6 0.0001 0.01 1")]
    [InlineData(3, 4, 5, "3.0 3.2 3.4 3.6 3.8 4.0")]
    public void LogarithmicTicksArePowersOrRoundNumbers(double low, double high, int tickCount, string labels) =>
        Assert.Equal(labels, Labels(Axis.Fit(AxisScale.Logarithmic, [low, high], tickCount, isLoose: false)));

    [Fact]
    public void PositionsAreSharesOfTheScale()
    {
        Axis linear = Axis.Fit(AxisScale.Linear, [10, 30], 5, isLoose: false);
        Assert.Equal(0.25, linear.Position(15), 12);
        Axis logarithmic = Axis.Fit(AxisScale.Logarithmic, [1, 10_000], 5, isLoose: false);
        Assert.Equal(0.75, logarithmic.Position(1000), 12);
    }

    [Fact]
    public void ASingleValueLiesInTheMiddle()
    {
        foreach (double value in new[] { 0, 7, -7, 1e-310, 1e300, -1e300, 1e9 })
        {
            Axis axis = Axis.Fit(AxisScale.Linear, [value, value], 5, isLoose: false);
            Assert.Equal(0.5, axis.Position(value), 6);
        }

        Assert.Equal(0.5, Axis.Fit(AxisScale.Logarithmic, [1e-300], 5, isLoose: true).Position(1e-300), 6);
    }

    [Fact]
    public void AnyValuesGiveFewTicksInOrderAndPositionsWithinTheAxis()
    {
        Gen<double> tiny = Gen.Double.Select(x => x * 1e-300);
        Gen<double[]> several = Gen.OneOf(Gen.Double[-1e300, 1e300], Gen.Double[-10, 10], tiny).Array[0, 5];
        Gen.Select(Gen.Enum<AxisScale>(), several, Gen.Int[2, 12], Gen.Bool).Sample((scale, all, tickCount, loose) =>
        {
            double[] values = [.. all.Where(x => Axis.CanShow(scale, x))];
            Axis axis = Axis.Fit(scale, values, tickCount, loose);
            Assert.InRange(axis.Ticks.Count, 0, 4 * tickCount);
            Assert.All(axis.Ticks, tick => Assert.InRange(tick.Position, -1e-9, 1 + 1e-9));
            Assert.True(axis.Ticks.Zip(axis.Ticks.Skip(1)).All(pair => pair.First.Position < pair.Second.Position));
            Assert.All(values, x => Assert.InRange(axis.Position(x), -1e-6, 1 + 1e-6));
            Assert.All(axis.Ticks, tick => Assert.InRange(tick.Label.Length, 1, 24));
        }, iter: 3000);
    }

    [Fact]
    public void WhatHasNoPlaceIsNotShown()
    {
        Assert.False(Axis.CanShow(AxisScale.Linear, double.NaN));
        Assert.False(Axis.CanShow(AxisScale.Linear, double.NegativeInfinity));
        Assert.False(Axis.CanShow(AxisScale.Linear, double.MaxValue));
        Assert.False(Axis.CanShow(AxisScale.Logarithmic, 0));
        Assert.False(Axis.CanShow(AxisScale.Logarithmic, -1));
        Assert.True(Axis.CanShow(AxisScale.Linear, -1));
    }

    private static string Labels(Axis axis) => string.Join(' ', axis.Ticks.Select(tick => tick.Label));
}
