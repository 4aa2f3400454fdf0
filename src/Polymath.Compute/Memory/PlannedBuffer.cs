namespace Polymath.Compute;

/// <summary>Elements reserved in a <see cref="MemoryPlan"/>.</summary>
public sealed unsafe class PlannedBuffer
{
    private readonly MemoryPlan _plan;
    private readonly long _offsetBytes;

    internal PlannedBuffer(MemoryPlan plan, string purpose, long offsetBytes, long elementCount, DataType type)
    {
        _plan = plan;
        _offsetBytes = offsetBytes;
        Purpose = purpose;
        ElementCount = elementCount;
        Type = type;
    }

    /// <summary>What it is for.</summary>
    public string Purpose { get; }

    /// <summary>The number of elements.</summary>
    public long ElementCount { get; }

    /// <summary>The type of an element.</summary>
    public DataType Type { get; }

    /// <summary>The first element as fp32, once the plan is committed.</summary>
    public float* Floats => (float*)Typed(DataType.Float32);

    /// <summary>The first element as a 32-bit integer, once the plan is committed.</summary>
    public int* Integers => (int*)Typed(DataType.Int32);

    /// <summary>The first element as bf16, once the plan is committed.</summary>
    public BFloat16* BFloat16s => (BFloat16*)Typed(DataType.BFloat16);

    /// <summary>The first element, whatever its type, once the plan is committed.</summary>
    public void* Start => _plan.Address(_offsetBytes);

    /// <summary>The elements as fp32; at most 2^31 - 1 of them.</summary>
    public Span<float> FloatSpan => new(Floats, checked((int)ElementCount));

    /// <summary>The elements as 32-bit integers.</summary>
    public Span<int> IntegerSpan => new(Integers, checked((int)ElementCount));

    private void* Typed(DataType type) => Type == type
        ? Start
        : throw new InvalidOperationException($"{Purpose} holds {Type}, not {type}");
}

/// <summary>A matrix reserved in a <see cref="MemoryPlan"/>.</summary>
/// <param name="buffer">Where its elements are.</param>
/// <param name="rows">The number of rows.</param>
/// <param name="columns">The number of columns.</param>
public sealed unsafe class PlannedMatrix(PlannedBuffer buffer, int rows, int columns)
{
    /// <summary>The number of rows planned.</summary>
    public int Rows { get; } = rows;

    /// <summary>The number of columns.</summary>
    public int Columns { get; } = columns;

    /// <summary>The type of an element.</summary>
    public DataType Type => buffer.Type;

    /// <summary>The whole matrix [Rows, Columns], once the plan is committed.</summary>
    public MatrixView View => new(buffer.Start, Type, Rows, Columns, Columns);

    /// <summary>The first <paramref name="rows"/> rows, for a step smaller than the plan.</summary>
    public MatrixView Top(int rows) => rows <= Rows
        ? new MatrixView(buffer.Start, Type, rows, Columns, Columns)
        : throw new ArgumentOutOfRangeException(nameof(rows), rows, $"planned {Rows} rows");
}
