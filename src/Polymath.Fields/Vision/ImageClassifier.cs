using Polymath.Compute;
using Polymath.Fields.Images;
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
    public float[][] Classify(IReadOnlyList<ReadOnlyMemory<byte>> images) => Describe(images).Probabilities;

    /// <summary>Classifies images of the network's size, and says what the opinion comes from.</summary>
    /// <param name="images">The images [side, side, channels], at most <see cref="MaxImages"/>.</param>
    /// <returns>What the network's last layer reads [images, features], and the probabilities [images, classes].</returns>
    public (float[][] Features, float[][] Probabilities) Describe(IReadOnlyList<ReadOnlyMemory<byte>> images)
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

        MatrixView logits = network.Forward(batch), pooled = ((PooledHead)network.Head).Means(batch.Sequences);
        int views = averagesMirrored ? 2 : 1;
        float[][] features = new float[images.Count][], probabilities = new float[images.Count][];
        for (int image = 0; image < images.Count; image++)
        {
            (features[image], probabilities[image]) = (new float[pooled.Columns], new float[logits.Columns]);
            for (int view = 0; view < views; view++)
            {
                int row = (image * views) + view;
                AddSoftmax(logits.RowSpan(row), 1f / views, probabilities[image]);
                Add(pooled.RowSpan(row), 1f / views, features[image]);
            }
        }

        return (features, probabilities);
    }

    private static void Add(ReadOnlySpan<float> values, float share, Span<float> sums)
    {
        for (int index = 0; index < values.Length; index++)
        {
            sums[index] += share * values[index];
        }
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
