namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// One operand of a product before it is packed: lines (rows of A, columns of B) of elements along the depth, fp32 or
/// bf16.
/// </summary>
internal unsafe struct BFloat16Operand
{
    /// <summary>The first element.</summary>
    public byte* Data;

    /// <summary>From a line to the next and from a k to the next, in bytes; one of them is the size of an element.</summary>
    public nint LineBytes, DepthBytes;

    /// <summary>The lines, and the elements of each.</summary>
    public int Lines, Depth;

    /// <summary>Whether elements are bf16 already.</summary>
    public bool IsBFloat16;

    /// <summary>Whether a line's elements are contiguous.</summary>
    public readonly bool HasContiguousLines => DepthBytes == ElementBytes;

    /// <summary>The size of an element.</summary>
    public readonly int ElementBytes => IsBFloat16 ? sizeof(ushort) : sizeof(float);

    /// <summary>Describes an operand.</summary>
    /// <param name="matrix">Where it is.</param>
    /// <param name="linesAreRows">Whether its rows run along the depth.</param>
    /// <exception cref="ArgumentException">Its elements are neither fp32 nor bf16.</exception>
    public static BFloat16Operand Of(MatrixView matrix, bool linesAreRows)
    {
        if (matrix.Type is not (DataType.Float32 or DataType.BFloat16))
        {
            throw new ArgumentException($"expected operands of Float32 or BFloat16, found {matrix.Type}");
        }

        int elementBytes = matrix.Type.SizeInBytes();
        nint rowBytes = (nint)matrix.Stride * elementBytes;
        return new BFloat16Operand
        {
            Data = (byte*)matrix.Start,
            LineBytes = linesAreRows ? rowBytes : elementBytes,
            DepthBytes = linesAreRows ? elementBytes : rowBytes,
            Lines = linesAreRows ? matrix.Rows : matrix.Columns,
            Depth = linesAreRows ? matrix.Columns : matrix.Rows,
            IsBFloat16 = matrix.Type == DataType.BFloat16,
        };
    }

    /// <summary>The part of the lines [line, line + lines) and the k [k, k + depth).</summary>
    public readonly BFloat16Operand Part(int line, int lines, int k, int depth)
    {
        BFloat16Operand part = this;
        part.Data += (line * LineBytes) + (k * DepthBytes);
        part.Lines = lines;
        part.Depth = depth;
        return part;
    }
}
