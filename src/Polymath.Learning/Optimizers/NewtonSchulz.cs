using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>
/// Moves all singular values of a matrix near 1 and leaves its singular vectors: five steps of the quintic iteration
/// X ← aX + (b·XXᵀ + c·(XXᵀ)²)X, whose coefficients Jordan et al. (2024) chose for speed rather than for exactness
/// (values end between 0.7 and 1.2). It survives operands rounded to bf16, as the authors run it: the matrix itself and
/// all sums stay fp32.
/// </summary>
internal sealed unsafe class NewtonSchulz
{
    private const int StepCount = 5;
    private const float A = 3.4445f, B = -4.7750f, C = 2.0315f;

    // Keeps a matrix of zeros zero.
    private const float Epsilon = 1e-7f;

    private readonly Kernels _kernels;
    private readonly ProductPrecision _precision;
    private readonly PlannedBuffer _gram, _polynomial, _other;

    /// <summary>Reserves scratch memory for matrices of these shapes.</summary>
    /// <param name="kernels">What computes.</param>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="shapes">The shapes.</param>
    /// <param name="precision">What the operands of the products are rounded to.</param>
    public NewtonSchulz(
        Kernels kernels, MemoryPlan plan, IEnumerable<(int Rows, int Columns)> shapes, ProductPrecision precision)
    {
        _kernels = kernels;
        _precision = precision;
        long gramCount = 0, count = 0;
        foreach ((int rows, int columns) in shapes)
        {
            long smaller = Math.Min(rows, columns);
            gramCount = Math.Max(gramCount, smaller * smaller);
            count = Math.Max(count, (long)rows * columns);
        }

        _gram = plan.Reserve("optimizer scratch", gramCount);
        _polynomial = plan.Reserve("optimizer scratch", gramCount);
        _other = plan.Reserve("optimizer scratch", count);
    }

    /// <summary>
    /// The orthogonalised matrix, in scratch memory, valid until the next call; x [r, c] is overwritten.
    /// </summary>
    public MatrixView Orthogonalize(MatrixView x)
    {
        long count = (long)x.Rows * x.Columns;
        float norm = (float)Math.Sqrt(_kernels.SumOfSquares(x.Data, count));
        _kernels.Blend(x.Data, 1 / (norm + Epsilon), x.Data, 0, count);

        // The smaller Gram matrix does: (XXᵀ)X = X(XᵀX).
        bool isTall = x.Rows > x.Columns;
        int size = Math.Min(x.Rows, x.Columns);
        var gram = new MatrixView(_gram.Floats, size, size);
        var polynomial = new MatrixView(_polynomial.Floats, size, size);
        var other = new MatrixView(_other.Floats, x.Rows, x.Columns);
        for (int step = 0; step < StepCount; step++)
        {
            Multiply(isTall ? MatrixProduct.TN : MatrixProduct.NT, x, x, gram);
            Multiply(MatrixProduct.NN, gram, gram, polynomial);
            _kernels.Blend(polynomial.Data, C, gram.Data, B, (long)size * size);
            Multiply(MatrixProduct.NN, isTall ? x : polynomial, isTall ? polynomial : x, other);
            _kernels.Blend(other.Data, 1, x.Data, A, count);
            (x, other) = (other, x);
        }

        return x;
    }

    private void Multiply(MatrixProduct product, MatrixView a, MatrixView b, MatrixView c) =>
        _kernels.Multiply(product, a, b, c, precision: _precision);
}
