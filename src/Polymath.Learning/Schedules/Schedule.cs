namespace Polymath.Learning;

/// <summary>How the learning rate runs over the budget: a pure function of the step.</summary>
public static class Schedule
{
    // A short run would otherwise be all warm-up.
    private const int LargestWarmupDivisor = 10;

    /// <summary>The share of the peak learning rate.</summary>
    /// <param name="recipe">Kind, warm-up and decay.</param>
    /// <param name="step">The step being taken, from 1.</param>
    /// <param name="totalSteps">All steps of the run; 0: not known yet, which leaves warm-up and plateau.</param>
    public static double ShareOfPeak(LearningRecipe recipe, long step, long totalSteps)
    {
        long warmup = totalSteps > 0
            ? Math.Min(recipe.WarmupSteps, totalSteps / LargestWarmupDivisor)
            : recipe.WarmupSteps;
        if (step < warmup)
        {
            return (double)step / warmup;
        }

        if (totalSteps == 0)
        {
            return 1;
        }

        return recipe.Schedule switch
        {
            ScheduleKind.Cosine => Cosine(recipe.FinalShare, step - warmup, totalSteps - warmup),
            ScheduleKind.WarmupStableDecay => Linear(recipe, step, totalSteps),
            _ => 1,
        };
    }

    private static double Cosine(double finalShare, long step, long steps)
    {
        double progress = Math.Min(1, (double)step / Math.Max(1, steps));
        return finalShare + ((1 - finalShare) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }

    private static double Linear(LearningRecipe recipe, long step, long totalSteps)
    {
        long decaySteps = (long)Math.Round(recipe.DecayShare * (double)totalSteps);
        long decayed = Math.Clamp(step - (totalSteps - decaySteps), 0, decaySteps);
        return decayed == 0 ? 1 : 1 - ((1 - recipe.FinalShare) * decayed / decaySteps);
    }
}
