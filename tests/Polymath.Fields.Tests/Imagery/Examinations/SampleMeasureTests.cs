using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Imagery.Examinations;

namespace Polymath.Fields.Tests.Imagery.Examinations;

public sealed class SampleMeasureTests
{
    [Fact]
    public void AMatrixIsItsEigenvectorsTimesItsEigenvalues()
    {
        double[,] matrix = RandomCovariance(9, 1);
        (double[] values, double[,] vectors) = SymmetricMatrix.Decompose(matrix);
        for (int row = 0; row < 9; row++)
        {
            for (int column = 0; column < 9; column++)
            {
                double product = 0, overlap = 0;
                for (int index = 0; index < 9; index++)
                {
                    product += matrix[row, index] * vectors[index, column];
                    overlap += vectors[index, row] * vectors[index, column];
                }

                Assert.Equal(values[column] * vectors[row, column], product, 1e-9);
                Assert.Equal(row == column ? 1 : 0, overlap, 1e-12);
            }
        }
    }

    [Fact]
    public void ARootTimesItselfIsTheMatrix()
    {
        double[,] matrix = RandomCovariance(7, 2), root = SymmetricMatrix.SquareRoot(matrix);
        double[,] again = SymmetricMatrix.Multiply(root, root);
        for (int row = 0; row < 7; row++)
        {
            for (int column = 0; column < 7; column++)
            {
                Assert.Equal(matrix[row, column], again[row, column], 1e-9);
            }
        }
    }

    [Fact]
    public void TheDistanceOfTwoByTwoCovariancesHasAClosedForm()
    {
        // tr (C D)^½ = (tr C D + 2 (det C D)^½)^½ for matrices of two rows; these do not commute.
        float[][] first = Points((1, 0), (3, 2), (-1, 4), (0, -2), (2, 2)), second = Points((0, 1), (1, 5), (4, 1), (-3, 0));
        (double[] mean, double a, double b, double c) = Moments(first);
        (double[] otherMean, double d, double e, double f) = Moments(second);
        double trace = (a * d) + (2 * b * e) + (c * f), determinant = ((a * c) - (b * b)) * ((d * f) - (e * e));
        double expected = Math.Pow(mean[0] - otherMean[0], 2) + Math.Pow(mean[1] - otherMean[1], 2) + a + c + d + f
            - (2 * Math.Sqrt(trace + (2 * Math.Sqrt(determinant))));
        var distribution = new FeatureDistribution(first);
        Assert.Equal(expected, distribution.DistanceTo(new FeatureDistribution(second)), 1e-9);
        Assert.Equal(expected, new FeatureDistribution(second).DistanceTo(distribution), 1e-9);
        Assert.Equal(0, distribution.DistanceTo(distribution), 1e-9);
    }

    [Fact]
    public void AGaussianHasTheMeanAndDeviationsOfTheImages()
    {
        var images = new ImageSet(2, 1);
        for (int index = 0; index < 200; index++)
        {
            // The second pixel falls where the first rises, the third stays.
            images.Add([(byte)(80 + (index % 50)), (byte)(180 - (index % 50)), 100, (byte)(index % 2 == 0 ? 90 : 110)], 0, $"{index}");
        }

        IReadOnlyList<ReadOnlyMemory<byte>> samples = PixelGaussian.Sample(images, 2000);
        double[] first = Pixel(0), second = Pixel(1);
        Assert.Equal(104.5, first.Average(), 1.5);
        Assert.Equal(14.43, Math.Sqrt(first.Average(value => Math.Pow(value - first.Average(), 2))), 1.0);
        Assert.All(first.Zip(second), pair => Assert.InRange(pair.First + pair.Second, 258, 262));
        Assert.All(Pixel(2), value => Assert.Equal(100, value));
        Assert.InRange(Pixel(3).Count(value => value > 100), 800, 1200);

        double[] Pixel(int index) => [.. samples.Select(sample => (double)sample.Span[index])];
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void TheNearestImageIsTheOneOfTheLeastSquares(int side)
    {
        var random = new RandomStream(1, 2);
        var images = new ImageSet(side, 1);
        for (int index = 0; index < 50; index++)
        {
            images.Add(Draw(), 0, $"{index}");
        }

        for (int repetition = 0; repetition < 20; repetition++)
        {
            byte[] wanted = Draw();
            double[] distances = [.. Enumerable.Range(0, 50).Select(index => Math.Sqrt(
                images.PixelsOf(index).ToArray().Zip(wanted).Average(pair => Math.Pow(pair.First - pair.Second, 2))))];
            (int found, double distance) = new NearestImages(images).Find(wanted);
            Assert.Equal(distances.Min(), distance, 1e-9);
            Assert.Equal(distances.Min(), distances[found], 1e-9);
        }

        Assert.Equal((7, 0.0), new NearestImages(images).Find(images.PixelsOf(7).Span));

        byte[] Draw() => [.. Enumerable.Range(0, side * side).Select(_ => (byte)random.NextBelow(256))];
    }

    private static float[][] Points(params (float X, float Y)[] points) => [.. points.Select(point => new[] { point.X, point.Y })];

    private static (double[] Mean, double XX, double XY, double YY) Moments(float[][] points)
    {
        double x = points.Average(point => (double)point[0]), y = points.Average(point => (double)point[1]), count = points.Length - 1;
        return ([x, y], points.Sum(point => (point[0] - x) * (point[0] - x)) / count,
            points.Sum(point => (point[0] - x) * (point[1] - y)) / count, points.Sum(point => (point[1] - y) * (point[1] - y)) / count);
    }

    private static double[,] RandomCovariance(int size, ulong seed)
    {
        var random = new RandomStream(seed, 3);
        var factor = new double[size, size];
        var transposed = new double[size, size];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                factor[row, column] = transposed[column, row] = random.NextNormal();
            }
        }

        return SymmetricMatrix.Multiply(factor, transposed);
    }
}
