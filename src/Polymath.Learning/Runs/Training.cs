using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>Trains a field in a run's folder, from the recipe to the report.</summary>
public static class Training
{
    private const int FastDevelopmentSteps = 3;

    /// <summary>
    /// Trains a new run, or goes on with one whose folder was opened by <see cref="RunFolder.Resume"/>.
    /// </summary>
    /// <param name="field">What is learnt.</param>
    /// <param name="recipe">A valid recipe of the field.</param>
    /// <param name="folder">The run's folder, locked; it becomes a run once everything is prepared.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="options">How the run is carried out.</param>
    /// <param name="cancellation">Ends the run after the present step, with a checkpoint.</param>
    /// <exception cref="InvalidInputException">Data, recipe or checkpoint are bad; nothing was changed.</exception>
    /// <exception cref="TrainingFailedException">A loss was no number, or the disk failed.</exception>
    public static TrainingOutcome Run(
        IField field, Recipe recipe, RunFolder folder, Kernels kernels, TrainingOptions options,
        CancellationToken cancellation = default)
    {
        if (options.FastDevelopmentRun)
        {
            recipe = Shorten(recipe);
            options = options with { FinalDepth = ExaminationDepth.Quick };
        }

        using var plan = new MemoryPlan();
        var context = new SessionContext(
            kernels, plan, folder.Path, SessionPurpose.Training, options.Observer.OnNote)
        {
            Clock = options.Clock,
        };
        using IFieldSession session = field.Open(recipe, context);
        var learner = new Learner(session, plan);
        MemoryReport memory = MemoryReport.Of(plan);
        RequireMemory(memory);
        using var run = new TrainingRun(field, session, learner, folder, memory, options);
        plan.Commit();
        return run.Run(cancellation);
    }

    /// <summary>The recipe of a development run: three steps, one examination, one checkpoint.</summary>
    private static Recipe Shorten(Recipe recipe) => recipe with
    {
        Budget = Budget.OfSteps(FastDevelopmentSteps).ToString(),
        Learning = recipe.Learning with
        {
            ExamineEverySteps = FastDevelopmentSteps,
            CheckpointEverySteps = FastDevelopmentSteps,
        },
    };

    private static void RequireMemory(MemoryReport memory)
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (available > 0 && memory.TotalBytes > available)
        {
            throw new InvalidInputException(
                $"the run needs {memory.TotalBytes / 1e9:0.0} GB of memory and {available / 1e9:0.0} GB are there: "
                + "make the network, its context or the batch smaller");
        }
    }
}
