using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The rows of one head within a matrix where the heads lie side by side.</summary>
internal readonly unsafe struct HeadRows
{
    private const int BytesPerLine = 64;
    private readonly byte* _data;
    private readonly DataType _type;
    private readonly int _elementBytes;

    private HeadRows(byte* data, DataType type, int stride)
    {
        _data = data;
        _type = type;
        _elementBytes = type.SizeInBytes();
        Stride = stride;
    }

    /// <summary>Elements from row to row.</summary>
    public int Stride { get; }

    /// <summary>The head's columns from a row of the matrix on.</summary>
    public static HeadRows Of(MatrixView matrix, int firstRow, int head, int width) => new(
        (byte*)matrix.RowRange(firstRow, 1).ColumnRange(head * width, width).Start, matrix.Type, matrix.Stride);

    /// <summary>The head's columns of a row, where they are fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Row(int row) => (float*)_data + ((nint)row * Stride);

    /// <summary>Rows as a matrix.</summary>
    public MatrixView View(int row, int count, int width) => new(At(row, 0), _type, count, width, Stride);

    /// <summary>Writes a row, scaled and rounded to what it holds.</summary>
    public void Store<TSimd>(int row, float* values, float scale, int width)
        where TSimd : struct, ISimd<TSimd>
    {
        if (_type == DataType.BFloat16)
        {
            SoftmaxRows<TSimd>.Scale(values, scale, (BFloat16*)At(row, 0), width);
        }
        else
        {
            SoftmaxRows<TSimd>.Scale(values, scale, Row(row), width);
        }
    }

    /// <summary>Has columns of a row brought near; they may be those of the next head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(int row, int start, int count)
    {
        byte* first = At(row, start);
        for (int offset = 0; offset < count * _elementBytes; offset += BytesPerLine)
        {
            MatrixMultiplication.Prefetch.IntoSecondCache(first + offset);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* At(int row, int column) => _data + ((((nint)row * Stride) + column) * _elementBytes);
}
