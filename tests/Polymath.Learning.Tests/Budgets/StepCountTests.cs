namespace Polymath.Learning.Tests;

public sealed class StepCountTests
{
    [Fact]
    public void StepsAreCountedAsTheyAre()
    {
        var steps = new StepCount(Budget.Parse("20steps"));
        Assert.Equal(20, steps.Total);
        Assert.False(steps.IsComplete(19));
        Assert.True(steps.IsComplete(20));
    }

    [Fact]
    public void OperationsAreDividedByThoseOfTheFirstStep()
    {
        var steps = new StepCount(Budget.Parse("1000flop"));
        Assert.Equal(0, steps.Total);
        Assert.True(steps.Observe(1, 30, TimeSpan.Zero));
        Assert.Equal(33, steps.Total);
        Assert.False(steps.Observe(2, 500, TimeSpan.Zero));
        Assert.Equal(33, steps.Total);
    }

    [Fact]
    public void FewerOperationsThanAStepHasAreOneStep()
    {
        var steps = new StepCount(Budget.Parse("10flop"));
        steps.Observe(1, 30, TimeSpan.Zero);
        Assert.Equal(1, steps.Total);
    }

    [Theory]
    [InlineData(0.01, 5, 1_000)] // short steps: the first ones, slow from compiling, count off the budget only
    [InlineData(0.1, 0.5, 100)]
    [InlineData(2, 2, 5)] // a few long steps
    [InlineData(20, 20, 1)] // the first step already is more than the budget
    public void TimeIsDividedByTheMeanOfMeasuredSteps(double secondsAStep, double firstSeconds, long expected)
    {
        var steps = new StepCount(Budget.Parse("10s"));
        double seconds = firstSeconds;
        for (long step = 1; step < 10_000 && !steps.Observe(step, 1, TimeSpan.FromSeconds(seconds)); step++)
        {
            seconds += secondsAStep;
        }

        double withoutFirst = Math.Max(1, (long)(((10 - firstSeconds) / secondsAStep) + 1 + 1e-6));
        Assert.InRange(steps.Total, withoutFirst - 1, withoutFirst + 1);
        Assert.InRange(steps.Total, 1, expected);
    }

    [Fact]
    public void TheTotalIsFixedOnceAndTakenOverByAResumedRun()
    {
        var steps = new StepCount(Budget.Parse("10s"), total: 77);
        Assert.False(steps.Observe(5, 1, TimeSpan.FromSeconds(9)));
        Assert.Equal(77, steps.Total);
    }

    [Fact]
    public void ALengthenedTimeBudgetIsMeasuredAnewWithoutTheFirstSteps()
    {
        // 100 steps took 100 s; 100 s more, in which the first step is slow from compiling.
        var steps = new StepCount(Budget.Parse("200s"), spent: TimeSpan.FromSeconds(100));
        double seconds = 105;
        for (long step = 101; !steps.Observe(step, 1, TimeSpan.FromSeconds(seconds)); step++)
        {
            seconds++;
        }

        Assert.Equal(196, steps.Total);
    }

    [Fact]
    public void OnlyTimeCanBeOverdrawn()
    {
        Assert.False(new StepCount(Budget.Parse("100s")).IsOverdrawn(TimeSpan.FromSeconds(124)));
        Assert.True(new StepCount(Budget.Parse("100s")).IsOverdrawn(TimeSpan.FromSeconds(126)));
        Assert.False(new StepCount(Budget.Parse("100steps")).IsOverdrawn(TimeSpan.FromDays(9)));
    }
}
