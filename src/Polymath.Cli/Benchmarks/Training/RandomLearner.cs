using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Fields.Vision;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A model with its kernels and memory, learning random tokens or images.</summary>
internal sealed class RandomLearner : IDisposable
{
    private readonly Kernels _kernels;
    private readonly MemoryPlan _plan = new();
    private readonly IFieldSession _session;

    /// <summary>Builds a model of tokens and gives it its first parameters.</summary>
    /// <param name="recipe">The model.</param>
    /// <param name="threads">Its threads.</param>
    /// <param name="decorate">What the kernels are seen through; null: nothing.</param>
    public RandomLearner(TextRecipe recipe, int threads, Func<Kernels, Kernels>? decorate = null)
        : this(
            (kernels, plan) => new RandomTokenSession(decorate?.Invoke(kernels) ?? kernels, plan, recipe), threads,
            recipe.BatchSize * recipe.Network.ContextLength)
    {
    }

    /// <summary>Builds a model of images and gives it its first parameters.</summary>
    /// <param name="recipe">The model, its sizes resolved.</param>
    /// <param name="threads">Its threads.</param>
    public RandomLearner(VisionRecipe recipe, int threads)
        : this((kernels, plan) => new RandomImageSession(kernels, plan, recipe), threads, recipe.BatchSize)
    {
    }

    private RandomLearner(Func<Kernels, MemoryPlan, IFieldSession> open, int threads, int rowsPerStep)
    {
        _kernels = KernelChoice.Create(threads);
        _session = open(_kernels, _plan);
        Precision = _session.Recipe.Learning.Precision;
        var learner = new Learner(_session, _plan);
        _plan.Commit();
        learner.Start();
        Contender = new Contender(learner, rowsPerStep);
    }

    /// <summary>What products are rounded to.</summary>
    public ProductPrecision Precision { get; }

    /// <summary>The threads that compute.</summary>
    public int ThreadCount => _kernels.ThreadCount;

    /// <summary>What takes the steps.</summary>
    public Contender Contender { get; }

    /// <summary>The parameters that are multiplied with every token: all but those that are only looked up.</summary>
    public long ParameterCount => _session.Network.Parameters.FlatCount;

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _plan.Dispose();
        _kernels.Dispose();
    }
}
