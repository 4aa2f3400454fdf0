using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>What a batch has room for; 0 where a field does not use a part.</summary>
/// <param name="MaxSequences">The most sequences.</param>
/// <param name="MaxRows">The most rows (positions) of all sequences together.</param>
/// <param name="Mask">The attention mask.</param>
/// <param name="FeatureWidth">Real-valued inputs of a row: a patch, a frame, a state.</param>
/// <param name="ValueWidth">Real-valued targets of an output: velocities, returns, class probabilities.</param>
/// <param name="PoolsSequences">Whether the network's head gives one output a sequence; else one a row.</param>
public sealed record BatchShape(
    int MaxSequences, int MaxRows, AttentionMask Mask = AttentionMask.Causal, int FeatureWidth = 0, int ValueWidth = 0,
    bool PoolsSequences = false)
{
    /// <summary>The most outputs.</summary>
    public int MaxOutputs => PoolsSequences ? MaxSequences : MaxRows;
}

/// <summary>
/// Examples on their way through the network, whatever the field: sequences of rows, each row with a discrete input
/// (token) or real-valued ones (features); and for every output of the network, one a row or one a sequence, a discrete
/// target, real-valued ones, or none. Filled by an experience, read by ports and objectives, planned once and used
/// again every step.
/// </summary>
public sealed unsafe class Batch
{
    private readonly PlannedBuffer _tokens, _targets;
    private readonly PlannedMatrix _features, _values;

    /// <summary>Reserves room.</summary>
    public Batch(MemoryPlan plan, BatchShape shape)
    {
        Shape = shape;
        Sequences = new SequenceLayout(plan, shape.MaxSequences, shape.MaxRows, shape.Mask);
        _tokens = plan.Reserve("batches", shape.MaxRows, DataType.Int32);
        _targets = plan.Reserve("batches", shape.MaxOutputs, DataType.Int32);
        _features = plan.ReserveMatrix("batches", shape.MaxRows, shape.FeatureWidth);
        _values = plan.ReserveMatrix("batches", shape.MaxOutputs, shape.ValueWidth);
    }

    /// <summary>What it has room for.</summary>
    public BatchShape Shape { get; }

    /// <summary>How rows form sequences.</summary>
    public SequenceLayout Sequences { get; }

    /// <summary>The rows filled.</summary>
    public int RowCount => Sequences.RowCount;

    /// <summary>The network's outputs: one a row, or one a sequence where its head pools them.</summary>
    public int OutputCount => Shape.PoolsSequences ? Sequences.SequenceCount : RowCount;

    /// <summary>The discrete input of every row [RowCount].</summary>
    public Span<int> Tokens => _tokens.IntegerSpan[..RowCount];

    /// <summary>The discrete target of every output [OutputCount]; negative: none.</summary>
    public Span<int> Targets => _targets.IntegerSpan[..OutputCount];

    /// <summary>The real-valued inputs [RowCount, FeatureWidth].</summary>
    public MatrixView Features => _features.Top(RowCount);

    /// <summary>The real-valued targets [OutputCount, ValueWidth].</summary>
    public MatrixView Values => _values.Top(OutputCount);

    /// <summary>The first of <see cref="Tokens"/>, for kernels.</summary>
    public int* TokenData => _tokens.Integers;

    /// <summary>The first of <see cref="Targets"/>, for kernels.</summary>
    public int* TargetData => _targets.Integers;

    /// <summary>The outputs that have a discrete target.</summary>
    public int CountTargets()
    {
        int count = 0;
        foreach (int target in Targets)
        {
            count += target >= 0 ? 1 : 0;
        }

        return count;
    }
}
