using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Vision;

/// <summary>
/// Training images, varied, each once an epoch in an order keyed by seed and epoch; how they are varied is keyed by seed,
/// step and micro-batch.
/// </summary>
public sealed class VisionExperience : IExperience
{
    private static readonly uint OrderStream = RandomStream.StreamOf("vision/order");
    private static readonly uint VariationStream = RandomStream.StreamOf("vision/variation");

    private readonly ImageSet _images;
    private readonly VisionRecipe _recipe;
    private readonly PatchWriter _writer;
    private readonly Augmentation _augmentation;
    private readonly float[] _classWeights, _pixels, _partner;
    private readonly EpochOrder _order;

    /// <summary>Creates the experience.</summary>
    /// <param name="images">What is learnt from.</param>
    /// <param name="recipe">Batches and augmentation.</param>
    /// <param name="writer">Brings images into batches.</param>
    /// <param name="classCount">The classes.</param>
    public VisionExperience(ImageSet images, VisionRecipe recipe, PatchWriter writer, int classCount)
    {
        (_images, _recipe, _writer) = (images, recipe, writer);
        _augmentation = new Augmentation(recipe.Augmentation, images.Side, images.ChannelCount);
        _classWeights = WeighClasses(images, classCount, recipe.BalanceClasses);
        _pixels = new float[images.ImageBytes];
        _partner = new float[images.ImageBytes];
        _order = new EpochOrder(images.Count, recipe.Seed, OrderStream);
    }

    /// <inheritdoc/>
    public void Fill(Batch batch, long step, int microBatch)
    {
        var random = new RandomStream(_recipe.Seed, VariationStream + (uint)microBatch, step);
        batch.Sequences.Clear();
        long next = ((step * _recipe.Learning.Accumulation) + microBatch) * _recipe.BatchSize;
        for (int index = 0; index < _recipe.BatchSize; index++)
        {
            int image = _order[next + index];
            float share = _augmentation.DrawShare(ref random);
            _augmentation.Draw(_images.PixelsOf(image).Span, ref random, _pixels);
            int partner = image;
            if (share < 1)
            {
                partner = (int)random.NextBelow(_images.Count);
                _augmentation.Draw(_images.PixelsOf(partner).Span, ref random, _partner);
                Mix(share);
            }

            _writer.Append(batch, _pixels);
            Span<float> target = batch.Values.RowSpan(index);
            target.Clear();
            AddLabel(target, _images.Labels[image], share);
            AddLabel(target, _images.Labels[partner], 1 - share);
        }
    }

    /// <summary>What every class's images weigh, so that the images of an epoch together weigh as many as they are.</summary>
    internal static float[] WeighClasses(ImageSet images, int classCount, bool balance)
    {
        var counts = new int[classCount];
        foreach (int label in images.Labels)
        {
            counts[label]++;
        }

        int present = counts.Count(count => count > 0);
        return [.. counts.Select(count => balance && count > 0 ? (float)images.Count / present / count : 1)];
    }

    private void Mix(float share)
    {
        for (int index = 0; index < _pixels.Length; index++)
        {
            _pixels[index] = (share * _pixels[index]) + ((1 - share) * _partner[index]);
        }
    }

    private void AddLabel(Span<float> target, int label, float share)
    {
        float weight = share * _classWeights[label], spread = weight * _recipe.Augmentation.LabelSmoothing;
        foreach (ref float value in target)
        {
            value += spread / target.Length;
        }

        target[label] += weight - spread;
    }
}
