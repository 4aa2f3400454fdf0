using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Formats.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>
/// The error of the velocity on images that were not learnt from, with the same noise and times whenever it is asked for;
/// at the end a sheet of samples as well.
/// </summary>
public sealed class ImageryExamination : IExamination
{
    private const int QuickImages = 512;

    private static readonly uint NoiseStream = RandomStream.StreamOf("imagery/examination");

    private readonly ImageryRecipe _recipe;
    private readonly Network _network;
    private readonly Batch _batch;
    private readonly FlowRows _rows;
    private readonly ImageMaterial _material;
    private readonly Func<RgbImage> _drawSamples;

    internal ImageryExamination(
        ImageryRecipe recipe, Network network, Batch batch, FlowRows rows, ImageMaterial material,
        Func<RgbImage> drawSamples) =>
        (_recipe, _network, _batch, _rows, _material, _drawSamples) =
            (recipe, network, batch, rows, material, drawSamples);

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
        var metrics = new List<KeyValuePair<string, double>> { new(DecisiveMetric, error) };
        return isFull
            ? new ExaminationResult(
                metrics, [new("no velocity at all", DecisiveMetric, MeanSquareOf(images))],
                [
                    $"Samples: Heun's method, {_recipe.StepCount} steps, guidance {_recipe.Guidance:0.##}, a class a row, "
                    + "not chosen.",
                ])
            {
                Pictures = [new("samples.png", "samples, a class a row", _drawSamples())],
            }
            : new ExaminationResult(metrics, [], []);
    }

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
