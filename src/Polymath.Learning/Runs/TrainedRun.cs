using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>A run's network with its best parameters, opened to be examined or used.</summary>
public sealed class TrainedRun : IDisposable
{
    // A run that is being trained retires checkpoints while they are read; so often in a row is no chance any more.
    private const int LargestAttempts = 100;

    private readonly MemoryPlan _plan;
    private readonly IField _field;
    private readonly RunFolder _folder;

    private TrainedRun(IField field, RunFolder folder, MemoryPlan plan, IFieldSession session, Checkpoint checkpoint)
    {
        (_field, _folder, _plan, Session, Checkpoint) = (field, folder, plan, session, checkpoint);
    }

    /// <summary>The field's session.</summary>
    public IFieldSession Session { get; }

    /// <summary>Whose parameters the network has.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Opens a run's best checkpoint.</summary>
    /// <param name="field">The run's field.</param>
    /// <param name="folder">The run.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="purpose">Examination, or inference alone.</param>
    /// <param name="notes">Told of what a person should know.</param>
    /// <param name="change">Changes the recipe before it is opened (other data to be examined on), or null.</param>
    /// <param name="step">The checkpoint of a step instead; null: the best.</param>
    /// <exception cref="InvalidInputException">The run has no checkpoint that is whole, or its data are
    /// missing.</exception>
    public static TrainedRun Open(
        IField field, RunFolder folder, Kernels kernels, SessionPurpose purpose, Action<string> notes,
        Func<Recipe, Recipe>? change = null, long? step = null)
    {
        Recipe recipe = folder.ReadRecipe(field);
        recipe = change is null ? recipe : change(recipe);
        var checkpoints = new CheckpointStore(folder.CheckpointsPath);
        if (checkpoints.Steps.Count == 0)
        {
            throw new InvalidInputException($"{checkpoints.Folder} holds no checkpoint yet");
        }

        var plan = new MemoryPlan();
        IFieldSession? session = null;
        try
        {
            session = field.Open(recipe, new SessionContext(kernels, plan, folder.Path, purpose, notes));
            plan.Commit();
            Checkpoint checkpoint = Load(checkpoints, step, session.Network.Parameters, notes);
            return new TrainedRun(field, folder, plan, session, checkpoint);
        }
        catch
        {
            session?.Dispose();
            plan.Dispose();
            throw;
        }
    }

    /// <summary>Examines the network on all held-out data.</summary>
    public RunReport Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        ExaminationResult examined = Session.Examination.Examine(depth, cancellation);
        CheckpointManifest manifest = Checkpoint.Manifest;
        ComputeReport compute = ComputeReport.Of(
            Session, manifest.Step, manifest.Rows, manifest.Operations, TimeSpan.FromSeconds(manifest.LearningSeconds));
        return RunReport.Of(_field, Session, _folder.Path, examined, compute);
    }

    private static Checkpoint Load(
        CheckpointStore checkpoints, long? step, ParameterStore parameters, Action<string> notes)
    {
        for (int attempt = 1; ; attempt++)
        {
            IReadOnlyList<long> before = checkpoints.Steps;
            var found = new List<string>();
            try
            {
                Checkpoint checkpoint = step is long wanted ? checkpoints.Open(wanted) : checkpoints.OpenBest(found.Add);
                checkpoint.LoadParameters(parameters);
                Tell(before, found);
                return checkpoint;
            }
            catch (Exception fault) when (
                fault is InvalidInputException or IOException
                && attempt < LargestAttempts && HasChanged(before))
            {
            }
            catch
            {
                Tell(before, found);
                throw;
            }
        }

        bool HasChanged(IReadOnlyList<long> before) => step is null && !before.SequenceEqual(checkpoints.Steps);

        // One that vanished while it was read is not damaged.
        void Tell(IReadOnlyList<long> before, List<string> found)
        {
            if (!HasChanged(before))
            {
                found.ForEach(notes);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        _plan.Dispose();
    }
}
