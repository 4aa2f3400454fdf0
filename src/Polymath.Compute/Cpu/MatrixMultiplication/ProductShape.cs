namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>The shape of a product: C is [M, N], and K products are summed.</summary>
/// <param name="M">The rows of C.</param>
/// <param name="N">The columns of C.</param>
/// <param name="K">The depth.</param>
internal readonly record struct ProductShape(int M, int N, int K)
{
    /// <summary>The shape on which all three matrices agree.</summary>
    /// <exception cref="ArgumentException">They do not agree, or a dimension is not positive.</exception>
    public static ProductShape Of(MatrixProduct product, MatrixView a, MatrixView b, MatrixView c)
    {
        int m = product == MatrixProduct.TN ? a.Columns : a.Rows, k = product == MatrixProduct.TN ? a.Rows : a.Columns;
        int n = product == MatrixProduct.NT ? b.Rows : b.Columns;
        int depthOfB = product == MatrixProduct.NT ? b.Columns : b.Rows;
        if (k != depthOfB || c.Rows != m || c.Columns != n || m < 1 || n < 1 || k < 1)
        {
            throw new ArgumentException(
                $"{product} does not fit: A [{a.Rows}, {a.Columns}], B [{b.Rows}, {b.Columns}], "
                + $"C [{c.Rows}, {c.Columns}]");
        }

        return new ProductShape(m, n, k);
    }
}
