namespace Polymath.Learning.Tests;

public sealed class ScheduleTests
{
    private static readonly LearningRecipe Cosine = new() { WarmupSteps = 10, FinalShare = 0.1f };

    // Computed by hand: half a cosine from 1 at step 10 to 0.1 at step 110.
    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(5, 0.5)]
    [InlineData(10, 1)]
    [InlineData(35, 0.868198052)]
    [InlineData(60, 0.55)]
    [InlineData(85, 0.231801948)]
    [InlineData(110, 0.1)]
    [InlineData(200, 0.1)]
    public void CosineFallsFromThePeakToTheFinalShare(long step, double share) =>
        Assert.Equal(share, Schedule.ShareOfPeak(Cosine, step, 110), 1e-7);

    // Constant until the last fifth, then linear to a tenth.
    [Theory]
    [InlineData(5, 0.5)]
    [InlineData(10, 1)]
    [InlineData(80, 1)]
    [InlineData(81, 0.955)]
    [InlineData(90, 0.55)]
    [InlineData(100, 0.1)]
    public void WarmupStableDecayFallsOverItsLastPart(long step, double share)
    {
        LearningRecipe recipe = Cosine with { Schedule = ScheduleKind.WarmupStableDecay, DecayShare = 0.2f };
        Assert.Equal(share, Schedule.ShareOfPeak(recipe, step, 100), 1e-7);
    }

    [Theory]
    [InlineData(9, 0.9)]
    [InlineData(10, 1)]
    [InlineData(100, 1)]
    public void ConstantStaysAtThePeakAfterWarmup(long step, double share) =>
        Assert.Equal(share, Schedule.ShareOfPeak(Cosine with { Schedule = ScheduleKind.Constant }, step, 100), 1e-7);

    [Fact]
    public void WarmupTakesAtMostATenthOfTheRun()
    {
        LearningRecipe recipe = Cosine with { WarmupSteps = 1000 };
        Assert.Equal(0.5, Schedule.ShareOfPeak(recipe, 2, 40), 1e-7);
        Assert.Equal(1, Schedule.ShareOfPeak(recipe, 4, 40), 1e-7);
        Assert.InRange(Schedule.ShareOfPeak(recipe, 1, 3), 0.5, 1);
    }

    [Fact]
    public void BeforeTheTotalIsKnownThereIsWarmupAndPeakOnly()
    {
        Assert.Equal(0.3, Schedule.ShareOfPeak(Cosine, 3, 0), 1e-7);
        Assert.Equal(1, Schedule.ShareOfPeak(Cosine, 500, 0), 1e-7);
    }

    [Theory]
    [InlineData(ScheduleKind.Cosine)]
    [InlineData(ScheduleKind.WarmupStableDecay)]
    [InlineData(ScheduleKind.Constant)]
    public void EveryShareLiesBetweenZeroAndOne(ScheduleKind kind)
    {
        for (long total = 1; total < 40; total++)
        {
            for (long step = 1; step <= total; step++)
            {
                double share = Schedule.ShareOfPeak(Cosine with { Schedule = kind, DecayShare = 1 }, step, total);
                Assert.InRange(share, 1e-9, 1);
            }
        }
    }
}
