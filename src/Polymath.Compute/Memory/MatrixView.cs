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
    public float* Data => Elements<float>();

    /// <summary>The first element, as bf16.</summary>
    /// <exception cref="InvalidOperationException">The elements are not bf16.</exception>
    public BFloat16* BFloat16Data => Elements<BFloat16>();

    /// <summary>True where rows follow each other without a gap.</summary>
    public bool IsContiguous => Stride == Columns;

    /// <summary>The first element, whatever its type.</summary>
    public void* Start => _data;

    /// <summary>The first element.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public T* Elements<T>()
        where T : unmanaged => Type == DataTypes.Of<T>()
        ? (T*)_data
        : throw new InvalidOperationException($"expected a {DataTypes.Of<T>()} matrix, found {Type}");

    /// <summary>The first element of row <paramref name="index"/>, fp32.</summary>
    public float* Row(int index) => Data + ((nint)index * Stride);

    /// <summary>The first element of row <paramref name="index"/>.</summary>
    public T* Row<T>(int index)
        where T : unmanaged => Elements<T>() + ((nint)index * Stride);

    /// <summary>The elements of row <paramref name="index"/>.</summary>
    public Span<float> RowSpan(int index) => new(Row(index), Columns);

    /// <summary>The rows from <paramref name="start"/>, <paramref name="count"/> of them, sharing the memory.</summary>
    public MatrixView RowRange(int start, int count) => new(At(start, 0), Type, count, Columns, Stride);

    /// <summary>The columns from <paramref name="start"/>, <paramref name="count"/> of them, sharing the memory.</summary>
    public MatrixView ColumnRange(int start, int count) => new(At(0, start), Type, Rows, count, Stride);

    /// <summary>All elements of a view without gaps.</summary>
    /// <exception cref="InvalidOperationException">The rows have gaps between them.</exception>
    public Span<float> AsSpan() => IsContiguous
        ? new Span<float>(Data, checked(Rows * Columns))
        : throw new InvalidOperationException("a matrix with gaps between its rows is not one span");

    private byte* At(int row, int column) =>
        (byte*)_data + ((((nint)row * Stride) + column) * Type.SizeInBytes());
}
