using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A model with its kernels and memory, learning random tokens.</summary>
internal sealed class RandomTokenLearner : IDisposable
{
    private readonly Kernels _kernels;
    private readonly MemoryPlan _plan = new();
    private readonly RandomTokenSession _session;

    /// <summary>Builds the model and gives it its first parameters.</summary>
    /// <param name="recipe">The model.</param>
    /// <param name="threads">Its threads.</param>
    /// <param name="decorate">What the kernels are seen through; null: nothing.</param>
    public RandomTokenLearner(TextRecipe recipe, int threads, Func<Kernels, Kernels>? decorate = null)
    {
        Precision = recipe.Learning.Precision;
        _kernels = KernelChoice.Create(threads);
        _session = new RandomTokenSession(decorate?.Invoke(_kernels) ?? _kernels, _plan, recipe);
        var learner = new Learner(_session, _plan);
        _plan.Commit();
        learner.Start();
        Contender = new Contender(learner, recipe.BatchSize * recipe.Network.ContextLength);
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
