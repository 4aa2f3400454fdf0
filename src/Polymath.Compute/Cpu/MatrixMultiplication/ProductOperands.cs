namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// A product, C [M, N] (+)= A·B (+ bias), whatever the transposition: the element (row, k) of A is at
/// A + row·ARowStride + k·ADepthStride, and (k, column) of B at B + k·BDepthStride + column·BColumnStride.
/// </summary>
internal unsafe struct ProductOperands
{
    /// <summary>The first elements; Bias is [N] or null.</summary>
    public float* A, B, C, Bias;

    /// <summary>Strides of A, in elements; one of them is 1.</summary>
    public nint ARowStride, ADepthStride;

    /// <summary>Strides of B, in elements; one of them is 1.</summary>
    public nint BColumnStride, BDepthStride;

    /// <summary>From a row of C to the next, in elements.</summary>
    public nint CRowStride;

    /// <summary>The shape: C is [M, N], and K products are summed.</summary>
    public int M, N, K;

    /// <summary>Whether the product is added to C.</summary>
    public bool Accumulate;

    /// <summary>Checks that the shapes agree and gathers what describes the product.</summary>
    /// <exception cref="ArgumentException">The shapes do not agree, or a dimension is not positive.</exception>
    public static ProductOperands Of(
        MatrixProduct product, MatrixView a, MatrixView b, MatrixView c, bool accumulate, float* bias)
    {
        bool aTransposed = product == MatrixProduct.TN, bTransposed = product == MatrixProduct.NT;
        ProductShape shape = ProductShape.Of(product, a, b, c);
        return new ProductOperands
        {
            A = a.Data,
            ARowStride = aTransposed ? 1 : a.Stride,
            ADepthStride = aTransposed ? a.Stride : 1,
            B = b.Data,
            BColumnStride = bTransposed ? b.Stride : 1,
            BDepthStride = bTransposed ? 1 : b.Stride,
            C = c.Data,
            CRowStride = c.Stride,
            Bias = bias,
            M = shape.M,
            N = shape.N,
            K = shape.K,
            Accumulate = accumulate,
        };
    }

    /// <summary>The part for the columns [column, column + columns) and the k in [k, k + depth).</summary>
    /// <remarks>A later part of the depth adds to the earlier ones; the bias comes with the last.</remarks>
    public readonly ProductOperands Part(int column, int columns, int k, int depth)
    {
        ProductOperands part = this;
        part.A += k * ADepthStride;
        part.B += (k * BDepthStride) + (column * BColumnStride);
        part.C += column;
        part.Bias = Bias is not null && k + depth == K ? Bias + column : null;
        part.N = columns;
        part.K = depth;
        part.Accumulate = Accumulate || k > 0;
        return part;
    }
}
