namespace Polymath.Fields.Imagery.Examinations;

/// <summary>Mean and covariance of features, as if they were normally distributed.</summary>
internal sealed class FeatureDistribution
{
    private readonly double[] _mean;
    private readonly double[,] _covariance;

    /// <summary>Measures a sample.</summary>
    /// <param name="features">[images][features], two images at least.</param>
    public FeatureDistribution(IReadOnlyList<float[]> features)
    {
        int width = features[0].Length;
        _mean = new double[width];
        foreach (float[] row in features)
        {
            for (int index = 0; index < width; index++)
            {
                _mean[index] += row[index] / (double)features.Count;
            }
        }

        _covariance = new double[width, width];
        var centred = new double[width];
        foreach (float[] row in features)
        {
            for (int index = 0; index < width; index++)
            {
                centred[index] = row[index] - _mean[index];
            }

            for (int index = 0; index < width; index++)
            {
                double factor = centred[index] / (features.Count - 1);
                for (int other = 0; other < width; other++)
                {
                    _covariance[index, other] += factor * centred[other];
                }
            }
        }
    }

    /// <summary>
    /// The Fréchet distance (Heusel et al., 2017, equation 6): |m - n|² + tr(C + D - 2 (C D)^½), where the last trace is that
    /// of (C^½ D C^½)^½, which is symmetric.
    /// </summary>
    public double DistanceTo(FeatureDistribution other)
    {
        double distance = 0;
        for (int index = 0; index < _mean.Length; index++)
        {
            double difference = _mean[index] - other._mean[index];
            distance += (difference * difference) + _covariance[index, index] + other._covariance[index, index];
        }

        double[,] root = SymmetricMatrix.SquareRoot(_covariance);
        double[,] product = SymmetricMatrix.Multiply(SymmetricMatrix.Multiply(root, other._covariance), root);
        (double[] values, _) = SymmetricMatrix.Decompose(product);
        return distance - (2 * values.Sum(value => Math.Sqrt(Math.Max(0, value))));
    }
}
