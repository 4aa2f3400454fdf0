namespace Polymath.Fields.Images;

/// <summary>What a classifier made of labelled images, and the figures that follow.</summary>
/// <param name="labels">The class of every image.</param>
/// <param name="probabilities">[images][classes].</param>
public sealed class Classification(IReadOnlyList<int> labels, IReadOnlyList<float[]> probabilities)
{
    // 95 % of a normal distribution lie within so many deviations.
    private const double Deviations = 1.959964;

    // As many bins of confidence as Guo et al. (2017) have.
    private const int BinCount = 15;

    // What is held impossible and comes true costs no more than this probability.
    private const double LeastProbability = 1e-12;

    /// <summary>The images.</summary>
    public int Count => labels.Count;

    /// <summary>The class of every image.</summary>
    public IReadOnlyList<int> Labels => labels;

    /// <summary>The likeliest class of every image; the first of equals.</summary>
    public IReadOnlyList<int> Guesses { get; } = [.. probabilities.Select(row => Array.IndexOf(row, row.Max()))];

    /// <summary>The images of which the likeliest class is right.</summary>
    public int RightCount => Enumerable.Range(0, Count).Count(image => Guesses[image] == labels[image]);

    /// <summary>The share of images told right.</summary>
    public double Accuracy => (double)RightCount / Count;

    /// <summary>Minus the logarithm of the right class's probability, on average.</summary>
    public double Loss => Enumerable.Range(0, Count)
        .Average(image => -Math.Log(Math.Max(LeastProbability, probabilities[image][labels[image]])));

    /// <summary>The probability of an image's likeliest class.</summary>
    public float ConfidenceOf(int image) => probabilities[image][Guesses[image]];

    /// <summary>The interval of 95 % confidence of a share (Wilson, 1927).</summary>
    public static (double Low, double High) IntervalOf(long right, long count)
    {
        double share = (double)right / count, square = Deviations * Deviations / count;
        double middle = (share + (square / 2)) / (1 + square);
        double reach = Math.Sqrt((share * (1 - share) * square) + (square * square / 4)) / (1 + square);
        return (Math.Max(0, middle - reach), Math.Min(1, middle + reach));
    }

    /// <summary>How often a class [row] was taken for another [column].</summary>
    public int[,] Confusion(int classCount)
    {
        var counts = new int[classCount, classCount];
        for (int image = 0; image < Count; image++)
        {
            counts[labels[image], Guesses[image]]++;
        }

        return counts;
    }

    /// <summary>For every bin of confidence that holds images: their mean confidence, their accuracy, their number.</summary>
    public IReadOnlyList<(double Confidence, double Accuracy, int Count)> Calibration() =>
        [.. Enumerable.Range(0, Count)
            .GroupBy(image => Math.Min(BinCount - 1, (int)(ConfidenceOf(image) * BinCount)))
            .OrderBy(bin => bin.Key)
            .Select(bin => (
                bin.Average(image => (double)ConfidenceOf(image)),
                bin.Average(image => Guesses[image] == labels[image] ? 1.0 : 0),
                bin.Count()))];

    /// <summary>
    /// The expected calibration error (Naeini et al., 2015): how far confidence and accuracy are apart, weighed by the
    /// images.
    /// </summary>
    public double CalibrationError =>
        Calibration().Sum(bin => Math.Abs(bin.Confidence - bin.Accuracy) * bin.Count) / Count;

    /// <summary>The images that were told wrong, the most confident first.</summary>
    public IReadOnlyList<int> Mistakes() =>
        [.. Enumerable.Range(0, Count).Where(image => Guesses[image] != labels[image])
            .OrderByDescending(ConfidenceOf)];
}
