namespace Polymath.Compute;

/// <summary>Which positions of its own sequence a position may attend to.</summary>
public enum AttentionMask
{
    /// <summary>Itself and those before it.</summary>
    Causal,

    /// <summary>All.</summary>
    Bidirectional,

    /// <summary>Its sequence's prefix, itself and those before it; the prefix sees itself whole.</summary>
    Prefix,
}

/// <summary>
/// How the rows of a batch are grouped: sequences lie one behind the other, each a run of rows, and no sequence sees
/// another, so that several short documents may be packed behind each other in one batch.
/// </summary>
public sealed unsafe class SequenceLayout
{
    private readonly PlannedBuffer _starts, _lengths, _prefixes, _positions;
    private readonly int _maxSequences, _maxRows;

    /// <summary>Reserves room for a layout.</summary>
    /// <param name="plan">Where the memory is reserved.</param>
    /// <param name="maxSequences">The most sequences in a batch.</param>
    /// <param name="maxRows">The most rows in a batch.</param>
    /// <param name="mask">The mask of every sequence.</param>
    public SequenceLayout(MemoryPlan plan, int maxSequences, int maxRows, AttentionMask mask)
    {
        _maxSequences = maxSequences;
        _maxRows = maxRows;
        Mask = mask;
        _starts = plan.Reserve("batches", maxSequences, DataType.Int32);
        _lengths = plan.Reserve("batches", maxSequences, DataType.Int32);
        _prefixes = plan.Reserve("batches", maxSequences, DataType.Int32);
        _positions = plan.Reserve("batches", maxRows, DataType.Int32);
    }

    /// <summary>The mask of every sequence.</summary>
    public AttentionMask Mask { get; }

    /// <summary>The number of sequences.</summary>
    public int SequenceCount { get; private set; }

    /// <summary>The number of rows: the sum of the sequences' lengths.</summary>
    public int RowCount { get; private set; }

    /// <summary>The length of the longest sequence.</summary>
    public int MaxLength { get; private set; }

    /// <summary>The first row of every sequence [SequenceCount].</summary>
    public int* Starts => _starts.Integers;

    /// <summary>The rows of every sequence [SequenceCount].</summary>
    public int* Lengths => _lengths.Integers;

    /// <summary>The prefix of every sequence [SequenceCount]; used under <see cref="AttentionMask.Prefix"/>.</summary>
    public int* Prefixes => _prefixes.Integers;

    /// <summary>The position of every row in its own sequence [RowCount], from 0.</summary>
    public int* Positions => _positions.Integers;

    /// <summary>Forgets all sequences.</summary>
    public void Clear() => (SequenceCount, RowCount, MaxLength) = (0, 0, 0);

    /// <summary>Puts a sequence behind those already there.</summary>
    /// <param name="length">Its rows; at least one.</param>
    /// <param name="prefix">How many of its first rows every row of it sees, under the prefix mask.</param>
    public void Add(int length, int prefix = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SequenceCount + 1, _maxSequences, nameof(SequenceCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RowCount + length, _maxRows, nameof(RowCount));
        Starts[SequenceCount] = RowCount;
        Lengths[SequenceCount] = length;
        Prefixes[SequenceCount] = prefix;
        for (int position = 0; position < length; position++)
        {
            Positions[RowCount + position] = position;
        }

        SequenceCount++;
        RowCount += length;
        MaxLength = Math.Max(MaxLength, length);
    }
}
