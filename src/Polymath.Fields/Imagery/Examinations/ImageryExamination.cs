using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Formats.Charts;
using Polymath.Formats.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Imagery.Examinations;

/// <summary>
/// The error of the velocity on images that were not learnt from, with the same noise and times whenever it is asked for;
/// at the end what samples are worth as well: their Fréchet distance from real images and whether they are of their class,
/// both as a vision model sees it, and whether they repeat what was learnt from.
/// </summary>
public sealed class ImageryExamination : IExamination
{
    // Samples of a class that are shown; classes that are shown; samples whose nearest image is looked for, and shown.
    private const int ShownOfClass = 10, ShownClasses = 20, ComparedSamples = 100, ShownPairs = 20;

    private const int QuickImages = 512;

    private static readonly uint NoiseStream = RandomStream.StreamOf("imagery/examination");

    private readonly ImageryRecipe _recipe;
    private readonly SessionContext _context;
    private readonly IField _judge;
    private readonly Network _network;
    private readonly Batch _batch;
    private readonly FlowRows _rows;
    private readonly FlowSampler _sampler;
    private readonly ImageMaterial _material;

    internal ImageryExamination(
        ImageryRecipe recipe, SessionContext context, IField judge, Network network, Batch batch, FlowRows rows,
        FlowSampler sampler, ImageMaterial material)
    {
        (_recipe, _context, _judge, _network, _batch) = (recipe, context, judge, network, batch);
        (_rows, _sampler, _material) = (rows, sampler, material);
    }

    /// <inheritdoc/>
    public string DecisiveMetric => "velocity_error";

    /// <inheritdoc/>
    public string LossMetric => DecisiveMetric;

    /// <inheritdoc/>
    public bool LowerIsBetter => true;

    /// <inheritdoc/>
    public ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        bool isFull = depth == ExaminationDepth.Full;
        ImageSet images = isFull ? _material.Test : _material.Validation;
        double error = ErrorOn(images, isFull ? images.Count : Math.Min(QuickImages, images.Count), cancellation);
        var result = new ExaminationResult([new(DecisiveMetric, error)], [], []);
        return isFull ? WithSamples(result, cancellation) : result;
    }

    private ExaminationResult WithSamples(ExaminationResult result, CancellationToken cancellation)
    {
        int classCount = _material.Classes.Count;
        _context.Notes($"making {_recipe.SampleCount:N0} samples");
        int[] labels = [.. Enumerable.Range(0, _recipe.SampleCount).Select(index => index % classCount)];
        IReadOnlyList<byte[]> samples = _sampler.Sample(labels, _recipe.Seed, _recipe.Sampling, cancellation);
        result = result with
        {
            References = [new("no velocity at all", DecisiveMetric, MeanSquareOf(_material.Test))],
            Remarks =
            [
                $"Samples: {_recipe.Sampler} method, {_recipe.StepCount} steps, guidance {_recipe.Guidance:0.##}; those shown "
                + "are the first of each class, not chosen.",
            ],
            Pictures = [DrawSamples(samples, labels)],
        };
        result = WithNearest(result, samples, labels, cancellation);
        if (classCount > 1)
        {
            return WithJudgement(result, samples, labels, cancellation);
        }

        return result with
        {
            Remarks = [.. result.Remarks, "There is one class, and no vision model of it that could judge samples."],
        };
    }

    private ExaminationResult WithJudgement(
        ExaminationResult result, IReadOnlyList<byte[]> samples, int[] labels, CancellationToken cancellation)
    {
        using TrainedRun judge = JudgeRun.Open(_judge, _recipe, _context, _material.Classes, cancellation);
        _context.Notes("judging samples and real images");
        ImageSet test = _material.Test;
        (IReadOnlyList<float[]> realFeatures, Classification real) =
            Judge([.. Enumerable.Range(0, test.Count).Select(test.PixelsOf)], test.Labels);
        (IReadOnlyList<float[]> madeFeatures, Classification made) =
            Judge([.. samples.Select(sample => (ReadOnlyMemory<byte>)sample)], labels);
        (IReadOnlyList<float[]> drawnFeatures, _) = Judge(PixelGaussian.Sample(_material.Training, samples.Count), labels);
        var all = new FeatureDistribution(realFeatures);
        double distance = all.DistanceTo(new FeatureDistribution(madeFeatures));
        double baseline = all.DistanceTo(new FeatureDistribution(drawnFeatures));

        // Every other image, as a set is in the order of its classes.
        double floor = new FeatureDistribution([.. realFeatures.Where((_, index) => index % 2 == 0)])
            .DistanceTo(new FeatureDistribution([.. realFeatures.Where((_, index) => index % 2 == 1)]));
        (double low, double high) = Classification.IntervalOf(made.RightCount, made.Count);
        int[,] confusion = made.Confusion(_material.Classes.Count);
        return result with
        {
            Metrics =
            [
                .. result.Metrics, new("frechet_distance", distance), new("class_agreement", made.Accuracy),
                new("agreement_low", low), new("agreement_high", high), new("samples", samples.Count),
            ],
            References =
            [
                .. result.References, new("two halves of the real test images", "frechet_distance", floor),
                new("a Gaussian fit of the pixels", "frechet_distance", baseline),
                new("real test images", "class_agreement", real.Accuracy),
            ],
            Remarks =
            [
                .. result.Remarks,
                "Fréchet distance on the features of our own vision model, not of Inception: to compare only where the same "
                + $"model judges; {samples.Count:N0} samples against {test.Count:N0} real test images.",
                "Class agreement: how often that model takes a sample for its class, with its 95 % interval.",
            ],
            Tables = [ClassTable.Of(_material.Classes, confusion) with { Title = "samples by class, as the judge takes them" }],
        };

        (IReadOnlyList<float[]> Features, Classification Found) Judge(
            IReadOnlyList<ReadOnlyMemory<byte>> images, IReadOnlyList<int> classes)
        {
            IReadOnlyList<ImageOpinion> opinions = ((IImageJudge)judge.Session).Judge(
                [.. images.Select(pixels => ToImage(pixels.ToArray()))], cancellation);
            return (
                [.. opinions.Select(opinion => opinion.Features)],
                new Classification(classes, [.. opinions.Select(opinion => opinion.Probabilities)]));
        }
    }

    // What repeats the training images is nearer to one of them than other real images are.
    private ExaminationResult WithNearest(
        ExaminationResult result, IReadOnlyList<byte[]> samples, int[] labels, CancellationToken cancellation)
    {
        ImageSet training = _material.Training, test = _material.Test;
        var nearest = new NearestImages(training);
        var grid = new ImageGrid { ColumnCount = 8, Title = "samples, each beside the training image that is nearest" };
        List<double> ofSamples = [], ofTests = [];
        int every = Math.Max(1, test.Count / ComparedSamples);
        for (int index = 0; index < Math.Min(ComparedSamples, samples.Count); index++)
        {
            cancellation.ThrowIfCancellationRequested();
            (int found, double distance) = nearest.Find(samples[index]);
            ofSamples.Add(distance);
            if (index < ShownPairs)
            {
                grid.Add(ToImage(samples[index]), _material.Classes[labels[index]]);
                grid.Add(ToImage(training.PixelsOf(found).ToArray()), $"{distance:0.0} away");
            }

            if (index * every < test.Count)
            {
                ofTests.Add(nearest.Find(test.PixelsOf(index * every).Span).Distance);
            }
        }

        return result with
        {
            Metrics = [.. result.Metrics, new("nearest_distance", Median(ofSamples))],
            References = [.. result.References, new("real test images", "nearest_distance", Median(ofTests))],
            Remarks =
            [
                .. result.Remarks,
                $"Nearest distance: the median, over {ofSamples.Count} images, of the root mean square difference to the "
                + "nearest training image, of 255; much less than that of real images would be memory.",
            ],
            Pictures = [.. result.Pictures, new("neighbours.png", "samples beside the nearest training images", grid.Render())],
        };
    }

    private ExaminedPicture DrawSamples(IReadOnlyList<byte[]> samples, int[] labels)
    {
        var grid = new ImageGrid { ColumnCount = ShownOfClass };
        for (int label = 0; label < Math.Min(ShownClasses, _material.Classes.Count); label++)
        {
            foreach (byte[] sample in samples.Where((_, index) => labels[index] == label).Take(ShownOfClass))
            {
                grid.Add(ToImage(sample), _material.Classes[label]);
            }
        }

        return new ExaminedPicture("samples.png", "samples, a class a row", grid.Render());
    }

    private PixelImage ToImage(byte[] pixels) => new(_recipe.ImageSide, _recipe.ImageSide, _recipe.ChannelCount, pixels);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    // x - z for noise z of mean 0 and variance 1: the mean square of x, and 1.
    private static double MeanSquareOf(ImageSet images)
    {
        double sum = 0;
        for (int image = 0; image < images.Count; image++)
        {
            foreach (byte pixel in images.PixelsOf(image).Span)
            {
                double value = PatchWriter.Normalize(pixel);
                sum += value * value;
            }
        }

        return 1 + (sum / ((double)images.Count * images.ImageBytes));
    }

    private double ErrorOn(ImageSet images, int count, CancellationToken cancellation)
    {
        var examples = new FlowExamples(_rows, images);
        var objective = new FlowObjective();
        double sum = 0;
        for (int done = 0; done < count; done += _recipe.BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int part = Math.Min(_recipe.BatchSize, count - done);
            _batch.Sequences.Clear();
            for (int image = done; image < done + part; image++)
            {
                var random = new RandomStream(0, NoiseStream, image);
                examples.Append(_batch, image, classDropout: 0, ref random);
            }

            sum += part * objective.Evaluate(_batch, _network.Forward(_batch), 0);
        }

        return sum / count;
    }
}
