namespace Polymath.Compute;

/// <summary>
/// A row-major matrix in memory that somebody else owns (a <see cref="MemoryPlan"/>): [Rows, Columns], with
/// <see cref="Stride"/> elements from one row to the next. Passed to kernels by value; never owns.
/// </summary>
public readonly unsafe struct MatrixView
{
    private readonly void* _data;

    /// <summary>Creates a view of fp32 elements whose rows follow each other without a gap.</summary>
    public MatrixView(float* data, int rows, int columns)
        : this(data, DataType.Float32, rows, columns, columns)
    {
    }

    /// <summary>Creates a view of fp32 elements, <paramref name="stride"/> elements from row to row.</summary>
    public MatrixView(float* data, int rows, int columns, int stride)
        : this(data, DataType.Float32, rows, columns, stride)
    {
    }

    /// <summary>Creates a view of elements of any type, <paramref name="stride"/> elements from row to row.</summary>
    public MatrixView(void* data, DataType type, int rows, int columns, int stride)
    {
        _data = data;
        Type = type;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    /// <summary>The type of an element; kernels refuse types that they do not know.</summary>
    public DataType Type { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>Elements from the start of one row to the start of the next.</summary>
    public int Stride { get; }

    /// <summary>The first element, as fp32.</summary>
    /// <exception cref="InvalidOperationException">The elements are not fp32.</exception>
    public float* Data => Type == DataType.Float32
        ? (float*)_data
        : throw new InvalidOperationException($"expected a Float32 matrix, found {Type}");

    /// <summary>True where rows follow each other without a gap.</summary>
    public bool IsContiguous => Stride == Columns;

    /// <summary>The first element of row <paramref name="index"/>.</summary>
    public float* Row(int index) => Data + ((nint)index * Stride);

    /// <summary>The elements of row <paramref name="index"/>.</summary>
    public Span<float> RowSpan(int index) => new(Row(index), Columns);

    /// <summary>The rows from <paramref name="start"/>, <paramref name="count"/> of them, sharing the memory.</summary>
    public MatrixView RowRange(int start, int count) => new(Row(start), count, Columns, Stride);

    /// <summary>The columns from <paramref name="start"/>, <paramref name="count"/> of them, sharing the memory.</summary>
    public MatrixView ColumnRange(int start, int count) => new(Data + start, Rows, count, Stride);

    /// <summary>All elements of a view without gaps.</summary>
    /// <exception cref="InvalidOperationException">The rows have gaps between them.</exception>
    public Span<float> AsSpan() => IsContiguous
        ? new Span<float>(Data, checked(Rows * Columns))
        : throw new InvalidOperationException("a matrix with gaps between its rows is not one span");
}
