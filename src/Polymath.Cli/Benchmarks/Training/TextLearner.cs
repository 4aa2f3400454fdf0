using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A text model with its kernels and memory, learning a text in one precision.</summary>
internal sealed class TextLearner : IDisposable
{
    private readonly Kernels _kernels;
    private readonly MemoryPlan _plan = new();
    private readonly IFieldSession _session;
    private double? _loss;

    /// <summary>Prepares text, tokenizer and model.</summary>
    /// <param name="recipe">What is learnt.</param>
    /// <param name="precision">The precision of its products.</param>
    /// <param name="steps">The length of its schedule.</param>
    /// <param name="folder">Where a tokenizer goes; made here.</param>
    /// <param name="threads">The threads.</param>
    /// <param name="notes">Where notes of the preparation go.</param>
    public TextLearner(
        TextRecipe recipe, ProductPrecision precision, int steps, string folder, int threads, Action<string> notes)
    {
        Precision = precision;
        _kernels = KernelChoice.Create(threads);
        Directory.CreateDirectory(folder);
        recipe = recipe with { Learning = recipe.Learning with { Precision = precision } };
        _session = new TextField().Open(
            recipe, new SessionContext(_kernels, _plan, folder, SessionPurpose.Training, notes));
        var learner = new Learner(_session, _plan);
        _plan.Commit();
        learner.Start();
        Contender = new Contender(
            learner, recipe.BatchSize * recipe.Network.ContextLength,
            step => Schedule.ShareOfPeak(recipe.Learning, step, steps));
    }

    /// <summary>What products are rounded to.</summary>
    public ProductPrecision Precision { get; }

    /// <summary>What takes the steps.</summary>
    public Contender Contender { get; }

    /// <summary>The held-out loss, in nats a token, when it is first asked for.</summary>
    public double Loss => _loss ??= _session.Examination.Examine(ExaminationDepth.Full)
        .Metrics.First(metric => metric.Key == "loss").Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _plan.Dispose();
        _kernels.Dispose();
    }
}
