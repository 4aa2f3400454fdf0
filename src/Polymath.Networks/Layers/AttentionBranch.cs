using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// Multi-head attention with grouped queries (Vaswani et al., 2017; Ainslie et al., 2023): query, key and value come
/// from one joined linear layer, optionally normalised by head (Qwen3) and turned by their positions (Llama).
/// </summary>
public sealed unsafe class AttentionBranch : IBranch
{
    private readonly Kernels _kernels;
    private readonly AttentionShape _shape;
    private readonly ProductPrecision _precision;
    private readonly RotaryTable? _rotary;
    private readonly Linear _input, _output;
    private readonly Parameter? _queryGain, _keyGain;
    private readonly float _epsilon;
    private readonly PlannedMatrix _joined, _attended, _delta, _dAttended, _dJoined;
    private readonly PlannedMatrix? _rawQueryKey;
    private readonly PlannedBuffer _logSums;
    private readonly PlannedBuffer? _queryDeviation, _keyDeviation;
    private readonly int _queryWidth, _keyWidth;

    /// <summary>Adds its parameters and reserves its memory.</summary>
    public AttentionBranch(NetworkBuilder builder, string name, TrunkRecipe recipe, RotaryTable? rotary)
    {
        _kernels = builder.Kernels;
        _shape = recipe.AttentionShape;
        _precision = builder.Precision;
        _rotary = rotary;
        _epsilon = recipe.NormalizationEpsilon;
        _queryWidth = _shape.HeadCount * _shape.HeadWidth;
        _keyWidth = _shape.KeyValueHeadCount * _shape.HeadWidth;
        int rows = builder.MaxRows;
        _input = new Linear(
            builder, name + ".input", recipe.Width, [_queryWidth, _keyWidth, _keyWidth], recipe.Biases,
            Initialization.Deviation);
        _output = new Linear(
            builder, name + ".output", _queryWidth, [recipe.Width], recipe.Biases,
            Initialization.OutputDeviation(recipe));
        _joined = builder.Saved("query, key and value", _queryWidth + (2 * _keyWidth), TypeOfJoined());
        _attended = builder.Saved("attention output", _queryWidth, DataType.Float32);
        _logSums = builder.Plan.Reserve("activations", (long)rows * _shape.HeadCount);
        if (recipe.QueryKeyNorm)
        {
            _queryGain = Gain("query");
            _keyGain = Gain("key");
            _rawQueryKey = builder.Saved("raw query and key", _queryWidth + _keyWidth, DataType.Float32);
            _queryDeviation = builder.Plan.Reserve("activations", (long)rows * _shape.HeadCount);
            _keyDeviation = builder.Plan.Reserve("activations", (long)rows * _shape.KeyValueHeadCount);
        }

        _delta = builder.Scratch("branch output", recipe.Width);
        _dAttended = builder.BackwardScratch(
            "gradient of attention output", _queryWidth, DataType.Float32);
        _dJoined = builder.BackwardScratch(
            "gradient of query, key and value", _joined.Columns, TypeOfJoined());

        // Attention rounds to what activations are stored as; norms and turns come before that, and so does a cache.
        DataType TypeOfJoined() => builder.Training && !recipe.QueryKeyNorm && rotary is null
            ? builder.ActivationType
            : DataType.Float32;

        Parameter Gain(string which) => builder.Parameters.Add(
            ParameterSpecification.Vector($"{name}.{which}Norm.gain", _shape.HeadWidth, 1));
    }

    /// <inheritdoc/>
    public Parameter? OutputBias => _output.Bias;

    /// <inheritdoc/>
    public MatrixView Forward(SequenceLayout sequences, MatrixView x) => Output(Attend(sequences, x));

    /// <inheritdoc/>
    public void Recompute(SequenceLayout sequences, MatrixView x) => Attend(sequences, x);

    /// <inheritdoc/>
    public void Backward(SequenceLayout sequences, MatrixView x, MatrixView dOutput, MatrixView dx)
    {
        MatrixView joined = _joined.Top(x.Rows), attended = _attended.Top(x.Rows);
        MatrixView dAttended = _dAttended.Top(x.Rows), dJoined = _dJoined.Top(x.Rows);
        _output.BackwardInput(dOutput, dAttended);
        _output.BackwardWeight(dOutput, attended);
        _kernels.AttendBackward(
            _shape, sequences, Query(joined), Key(joined), Value(joined), attended, _logSums.Floats, dAttended,
            Query(dJoined), Key(dJoined), Value(dJoined), _precision);
        BackwardPositions(dJoined, sequences.Positions);
        if (_input.Bias is not null)
        {
            _kernels.AddColumnSums(dJoined, _input.Bias.Gradient);
        }

        _input.BackwardInput(dJoined, dx);
        _input.BackwardWeight(dJoined, x);
    }

    /// <inheritdoc/>
    public MatrixView Continue(SequenceCache cache, int layer, int* positions, MatrixView x, bool isPrefix)
    {
        MatrixView joined = Project(x, positions);
        (MatrixView keys, MatrixView values) = cache.Append(layer, Key(joined), Value(joined));
        MatrixView attended = _attended.Top(x.Rows);

        // A query by itself is the last position of the cache: it sees all of it.
        int step = isPrefix ? 1 : x.Rows;
        for (int row = 0; row < x.Rows; row += step)
        {
            _kernels.AttendCached(
                _shape, Query(joined).RowRange(row, step), keys, values, attended.RowRange(row, step), _precision);
        }

        return Output(attended);
    }

    /// <inheritdoc/>
    public MatrixView ContinueEach(ReadOnlySpan<SequenceCache> caches, int layer, int* positions, MatrixView x)
    {
        MatrixView joined = Project(x, positions);
        MatrixView attended = _attended.Top(x.Rows);
        for (int row = 0; row < x.Rows; row++)
        {
            MatrixView own = joined.RowRange(row, 1);
            (MatrixView keys, MatrixView values) = caches[row].Append(layer, Key(own), Value(own));
            _kernels.AttendCached(_shape, Query(own), keys, values, attended.RowRange(row, 1), _precision);
        }

        return Output(attended);
    }

    /// <inheritdoc/>
    public double CountOperations(SequenceLayout sequences)
    {
        double pairs = 0;
        for (int sequence = 0; sequence < sequences.SequenceCount; sequence++)
        {
            double length = sequences.Lengths[sequence], prefix = sequences.Prefixes[sequence];
            pairs += sequences.Mask switch
            {
                AttentionMask.Causal => length * (length + 1) / 2,
                AttentionMask.Prefix => (length * (length + 1) / 2) + (prefix * (prefix - 1) / 2),
                _ => length * length,
            };
        }

        return (4 * pairs * _queryWidth)
            + _input.CountOperations(sequences.RowCount) + _output.CountOperations(sequences.RowCount);
    }

    /// <inheritdoc/>
    public double CountRecomputation(SequenceLayout sequences) =>
        CountOperations(sequences) - _output.CountOperations(sequences.RowCount);

    private MatrixView Project(MatrixView x, int* positions)
    {
        MatrixView joined = _joined.Top(x.Rows);
        _input.Forward(x, joined);
        if (_queryGain is not null)
        {
            NormalizeQueryKey(joined);
        }

        if (_rotary is not null)
        {
            _kernels.Rotate(QueryKey(joined), _shape.HeadWidth, positions, _rotary.View, inverse: false);
        }

        return joined;
    }

    private MatrixView Attend(SequenceLayout sequences, MatrixView x)
    {
        MatrixView joined = Project(x, sequences.Positions);
        MatrixView attended = _attended.Top(x.Rows);
        _kernels.Attend(
            _shape, sequences, Query(joined), Key(joined), Value(joined), attended, _logSums.Floats, _precision);
        return attended;
    }

    private void NormalizeQueryKey(MatrixView joined)
    {
        MatrixView raw = _rawQueryKey!.Top(joined.Rows);
        for (int row = 0; row < joined.Rows; row++)
        {
            joined.RowSpan(row)[..raw.Columns].CopyTo(raw.RowSpan(row));
        }

        _kernels.NormalizeHeads(
            Query(raw), _shape.HeadWidth, _queryGain!.Data, _epsilon, Query(joined), _queryDeviation!.Floats);
        _kernels.NormalizeHeads(
            Key(raw), _shape.HeadWidth, _keyGain!.Data, _epsilon, Key(joined), _keyDeviation!.Floats);
    }

    private void BackwardPositions(MatrixView dJoined, int* positions)
    {
        if (_rotary is not null)
        {
            _kernels.Rotate(QueryKey(dJoined), _shape.HeadWidth, positions, _rotary.View, inverse: true);
        }

        if (_queryGain is not null)
        {
            MatrixView raw = _rawQueryKey!.Top(dJoined.Rows);
            _kernels.NormalizeHeadsBackward(
                Query(raw), _shape.HeadWidth, _queryGain.Data, _queryDeviation!.Floats, Query(dJoined), _queryGain.Gradient);
            _kernels.NormalizeHeadsBackward(
                Key(raw), _shape.HeadWidth, _keyGain!.Data, _keyDeviation!.Floats, Key(dJoined), _keyGain.Gradient);
        }
    }

    private MatrixView Output(MatrixView attended)
    {
        MatrixView delta = _delta.Top(attended.Rows);
        _output.Forward(attended, delta, addBias: false);
        return delta;
    }

    private MatrixView Query(MatrixView joined) => joined.ColumnRange(0, _queryWidth);

    private MatrixView Key(MatrixView joined) => joined.ColumnRange(_queryWidth, _keyWidth);

    private MatrixView QueryKey(MatrixView joined) => joined.ColumnRange(0, _queryWidth + _keyWidth);

    private MatrixView Value(MatrixView joined) => joined.ColumnRange(_queryWidth + _keyWidth, _keyWidth);
}
