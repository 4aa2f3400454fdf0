using Polymath.Compute;
using Polymath.Fields.Text;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A text model that learns random tokens: the cost of a step without the cost of data.</summary>
internal sealed class RandomTokenSession : IFieldSession, IExperience
{
    private readonly TextRecipe _recipe;
    private readonly TokenNetwork _network;

    public RandomTokenSession(Kernels kernels, MemoryPlan plan, TextRecipe recipe)
    {
        _recipe = recipe;
        int rows = recipe.BatchSize * recipe.Network.ContextLength;
        _network = TokenNetwork.Build(
            kernels, plan, recipe.Network, recipe.ModelVocabularySize, rows, training: true, recipe.Learning.Precision);
        Batch = new Batch(plan, new BatchShape(recipe.BatchSize, rows));
        Objective = new TokenObjective(kernels, plan, rows);
    }

    public Recipe Recipe => _recipe;

    public Network Network => _network.Network;

    public Batch Batch { get; }

    public IExperience Experience => this;

    public IObjective Objective { get; }

    public IExamination Examination => throw new NotSupportedException("random tokens teach nothing to examine");

    public string RowName => "tokens";

    public IReadOnlyList<(string Name, string Value)> Facts => [];

    public void Fill(Batch batch, long step, int microBatch)
    {
        var random = new RandomStream(_recipe.Seed, RandomStream.StreamOf("benchmark"), step);
        batch.Sequences.Clear();
        for (int sequence = 0; sequence < _recipe.BatchSize; sequence++)
        {
            batch.Sequences.Add(_recipe.Network.ContextLength);
        }

        for (int row = 0; row < batch.RowCount; row++)
        {
            batch.Tokens[row] = (int)random.NextBelow(_network.VocabularySize);
            batch.Targets[row] = (int)random.NextBelow(_network.VocabularySize);
        }
    }

    public IReadOnlyList<string> MakeSamples(string samplesFolder) => [];

    public void Dispose()
    {
    }
}
