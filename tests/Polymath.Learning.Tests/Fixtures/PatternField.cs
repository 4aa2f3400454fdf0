using System.Buffers.Binary;
using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning.Tests;

/// <summary>The smallest field: tokens go up by a stride, and the next one is to be foretold.</summary>
internal sealed class PatternField : IField
{
    public const string FieldName = "pattern";

    public string Name => FieldName;

    public string Summary => "foretells the next token of a regular sequence";

    public IReadOnlyList<ReferenceFigure> References => [];

    public Recipe DefaultRecipe { get; init; } = PatternRecipe.Small;

    public JsonTypeInfo RecipeType => PatternJson.Default.PatternRecipe;

    /// <summary>A test's hand on the loss: given step and loss.</summary>
    public Func<long, double, double> Loss { get; init; } = (_, loss) => loss;

    /// <summary>A test's hand on the examination's decisive metric.</summary>
    public Func<long, double, double> Metric { get; init; } = (_, value) => value;

    /// <summary>Called before every batch.</summary>
    public Action<long> Filling { get; init; } = _ => { };

    /// <summary>Called when data would be prepared in the run's folder.</summary>
    public Action<string> Opening { get; init; } = _ => { };

    public IFieldSession Open(Recipe recipe, SessionContext context)
    {
        Opening(context.RunFolder);
        return new PatternSession(this, (PatternRecipe)recipe, context);
    }
}

internal sealed unsafe class PatternSession : IFieldSession, IExperience, IObjective, IExamination
{
    public const int VocabularySize = 7;

    private readonly PatternField _field;
    private readonly PatternRecipe _recipe;
    private readonly PlannedBuffer _losses;
    private ulong _state = 1;
    private long _step;

    public PatternSession(PatternField field, PatternRecipe recipe, SessionContext context)
    {
        (_field, _recipe) = (field, recipe);
        int rows = recipe.BatchSize * recipe.Network.ContextLength;
        Network = TokenNetwork.Build(
            context.Kernels, context.Plan, recipe.Network, VocabularySize, rows,
            training: context.Purpose == SessionPurpose.Training, recipe.Learning.Precision).Network;
        Batch = new Batch(context.Plan, new BatchShape(recipe.BatchSize, rows));
        _losses = context.Plan.Reserve("losses", rows);
    }

    public Recipe Recipe => _recipe;

    public Network Network { get; }

    public Batch Batch { get; }

    public IExperience Experience => this;

    public IObjective Objective => this;

    public IExamination Examination => this;

    public string RowName => "tokens";

    public IReadOnlyList<(string Name, string Value)> Facts => [("licence", "none: drawn from a seed")];

    public string LossUnit => "nats per token";

    public string DecisiveMetric => "nats";

    public string LossMetric => "nats";

    public bool LowerIsBetter => true;

    public void Fill(Batch batch, long step, int microBatch)
    {
        _field.Filling(step);
        _step = step;

        // A split batch is the larger batch's examples, one part a micro-batch.
        uint stream = _recipe.SplitsBatch ? 0 : (uint)microBatch;
        int skipped = _recipe.SplitsBatch ? microBatch * _recipe.BatchSize : 0;
        if (_recipe.IsActing)
        {
            _state = (_state * 6364136223846793005) + 1442695040888963407;
        }

        Fill(batch, new RandomStream(_recipe.Seed ^ _state, stream, step), skipped);
    }

    public byte[] CaptureState()
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, _state);
        return _recipe.IsActing ? bytes : [];
    }

    public void RestoreState(ReadOnlySpan<byte> state) =>
        _state = state.Length == 0 ? 1 : BinaryPrimitives.ReadUInt64LittleEndian(state);

    public double Evaluate(Batch batch, MatrixView outputs, float gradientScale)
    {
        Network.Kernels.CrossEntropy(outputs, batch.TargetData, gradientScale / batch.RowCount, _losses.Floats);
        double sum = 0;
        for (int row = 0; row < batch.RowCount; row++)
        {
            sum += _losses.Floats[row];
        }

        return gradientScale == 0 ? sum / batch.RowCount : _field.Loss(_step + 1, sum / batch.RowCount);
    }

    public ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        Fill(Batch, new RandomStream(999, 1), 0);
        double nats = Evaluate(Batch, Network.Forward(Batch), 0);
        double decisive = _field.Metric(_step + 1, nats);
        return new ExaminationResult(
            [new("nats", decisive), new("perplexity", Math.Exp(nats))],
            [new("chance", "nats", Math.Log(VocabularySize))], []);
    }

    public IReadOnlyList<string> MakeSamples(string samplesFolder)
    {
        File.WriteAllText(Path.Combine(samplesFolder, "sample.txt"), "0 1 2");
        return ["0 1 2"];
    }

    public void Dispose()
    {
    }

    private void Fill(Batch batch, RandomStream random, int skipped)
    {
        int length = _recipe.Network.ContextLength;
        batch.Sequences.Clear();
        for (int sequence = 0; sequence < _recipe.BatchSize; sequence++)
        {
            batch.Sequences.Add(length);
        }

        for (int sequence = 0; sequence < skipped + _recipe.BatchSize; sequence++)
        {
            int token = (int)random.NextBelow(VocabularySize), stride = 1 + (int)random.NextBelow(3);
            for (int position = 0; position < length && sequence >= skipped; position++)
            {
                int row = ((sequence - skipped) * length) + position;
                batch.Tokens[row] = token;
                token = (token + stride) % VocabularySize;
                batch.Targets[row] = token;
            }
        }
    }
}
