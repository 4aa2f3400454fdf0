namespace Polymath.Fields.Imagery.Examinations;

/// <summary>Symmetric matrices of a few hundred rows.</summary>
internal static class SymmetricMatrix
{
    private const int MostSweeps = 60;

    // What is left beside the diagonal, as a share of the whole, when no more can be gained.
    private const double Tolerance = 1e-26;

    /// <summary>Eigenvalues and eigenvectors by Jacobi's rotations (Golub and Van Loan, algorithm 8.5.3).</summary>
    /// <param name="matrix">[n, n]; only read.</param>
    /// <returns>The values, and the vectors [n, n] as columns in their order.</returns>
    public static (double[] Values, double[,] Vectors) Decompose(double[,] matrix)
    {
        int size = matrix.GetLength(0);
        double[,] work = (double[,])matrix.Clone(), vectors = new double[size, size];
        for (int index = 0; index < size; index++)
        {
            vectors[index, index] = 1;
        }

        double whole = SumOfSquares(work, beside: false);
        for (int sweep = 0; sweep < MostSweeps && SumOfSquares(work, beside: true) > Tolerance * whole; sweep++)
        {
            for (int first = 0; first < size - 1; first++)
            {
                for (int second = first + 1; second < size; second++)
                {
                    Rotate(work, vectors, first, second);
                }
            }
        }

        return ([.. Enumerable.Range(0, size).Select(index => work[index, index])], vectors);
    }

    /// <summary>The symmetric square root of a matrix whose eigenvalues are not below 0 but for rounding.</summary>
    public static double[,] SquareRoot(double[,] matrix)
    {
        (double[] values, double[,] vectors) = Decompose(matrix);
        int size = values.Length;
        var root = new double[size, size];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                for (int index = 0; index < size; index++)
                {
                    root[row, column] += vectors[row, index] * Math.Sqrt(Math.Max(0, values[index])) * vectors[column, index];
                }
            }
        }

        return root;
    }

    /// <summary>The product of two matrices [n, n].</summary>
    public static double[,] Multiply(double[,] left, double[,] right)
    {
        int size = left.GetLength(0);
        var product = new double[size, size];
        for (int row = 0; row < size; row++)
        {
            for (int inner = 0; inner < size; inner++)
            {
                double factor = left[row, inner];
                for (int column = 0; column < size; column++)
                {
                    product[row, column] += factor * right[inner, column];
                }
            }
        }

        return product;
    }

    private static double SumOfSquares(double[,] matrix, bool beside)
    {
        double sum = 0;
        int size = matrix.GetLength(0);
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                sum += beside && row == column ? 0 : matrix[row, column] * matrix[row, column];
            }
        }

        return sum;
    }

    // Turns two axes so that nothing is left between them.
    private static void Rotate(double[,] work, double[,] vectors, int first, int second)
    {
        double between = work[first, second];
        if (between == 0)
        {
            return;
        }

        double ratio = (work[second, second] - work[first, first]) / (2 * between);
        double tangent = (ratio >= 0 ? 1 : -1) / (Math.Abs(ratio) + Math.Sqrt(1 + (ratio * ratio)));
        double cosine = 1 / Math.Sqrt(1 + (tangent * tangent)), sine = tangent * cosine;
        int size = work.GetLength(0);
        for (int index = 0; index < size; index++)
        {
            (double a, double b) = (work[index, first], work[index, second]);
            (work[index, first], work[index, second]) = ((cosine * a) - (sine * b), (sine * a) + (cosine * b));
        }

        for (int index = 0; index < size; index++)
        {
            (double a, double b) = (work[first, index], work[second, index]);
            (work[first, index], work[second, index]) = ((cosine * a) - (sine * b), (sine * a) + (cosine * b));
            (a, b) = (vectors[index, first], vectors[index, second]);
            (vectors[index, first], vectors[index, second]) = ((cosine * a) - (sine * b), (sine * a) + (cosine * b));
        }
    }
}
