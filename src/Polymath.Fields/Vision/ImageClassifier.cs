using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Vision.Examinations;
using Polymath.Networks;

namespace Polymath.Fields.Vision;

/// <summary>The network's opinion of images: the probability of every class.</summary>
/// <param name="network">The network.</param>
/// <param name="batch">Holds the images of a pass.</param>
/// <param name="writer">Brings images into batches.</param>
/// <param name="averagesMirrored">Whether the mirrored image is asked for as well, and both opinions averaged.</param>
public sealed class ImageClassifier(Network network, Batch batch, PatchWriter writer, bool averagesMirrored)
{
    /// <summary>The most images of a pass.</summary>
    public int MaxImages => averagesMirrored ? Math.Max(1, batch.Shape.MaxSequences / 2) : batch.Shape.MaxSequences;

    /// <summary>Classifies all images of a set.</summary>
    public Classification Classify(ImageSet images, CancellationToken cancellation = default)
    {
        var probabilities = new List<float[]>();
        while (probabilities.Count < images.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(MaxImages, images.Count - probabilities.Count);
            probabilities.AddRange(Classify(
                [.. Enumerable.Range(probabilities.Count, count).Select(images.PixelsOf)]));
        }

        return new Classification(images.Labels, probabilities);
    }

    /// <summary>Classifies images of the network's size.</summary>
    /// <param name="images">The images [side, side, channels], at most <see cref="MaxImages"/>.</param>
    /// <returns>[images, classes].</returns>
    public float[][] Classify(IReadOnlyList<ReadOnlyMemory<byte>> images)
    {
        batch.Sequences.Clear();
        foreach (ReadOnlyMemory<byte> image in images)
        {
            var pixels = new float[image.Length];
            for (int index = 0; index < pixels.Length; index++)
            {
                pixels[index] = PatchWriter.Normalize(image.Span[index]);
            }

            writer.Append(batch, pixels);
            if (averagesMirrored)
            {
                writer.Append(batch, pixels, isMirrored: true);
            }
        }

        MatrixView logits = network.Forward(batch);
        int views = averagesMirrored ? 2 : 1;
        var probabilities = new float[images.Count][];
        for (int image = 0; image < images.Count; image++)
        {
            probabilities[image] = new float[logits.Columns];
            for (int view = 0; view < views; view++)
            {
                AddSoftmax(logits.RowSpan((image * views) + view), 1f / views, probabilities[image]);
            }
        }

        return probabilities;
    }

    private static void AddSoftmax(ReadOnlySpan<float> logits, float share, Span<float> sums)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            max = Math.Max(max, logit);
        }

        double total = 0;
        foreach (float logit in logits)
        {
            total += Math.Exp(logit - max);
        }

        for (int index = 0; index < logits.Length; index++)
        {
            sums[index] += (float)(share * Math.Exp(logits[index] - max) / total);
        }
    }
}
