using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>
/// Training images, each once an epoch in an order keyed by seed and epoch; noise and times are keyed by seed, step and
/// micro-batch.
/// </summary>
public sealed class ImageryExperience : IExperience
{
    private static readonly uint OrderStream = RandomStream.StreamOf("imagery/order");
    private static readonly uint NoiseStream = RandomStream.StreamOf("imagery/noise");

    private readonly ImageryRecipe _recipe;
    private readonly FlowExamples _examples;
    private readonly EpochOrder _order;

    /// <summary>Creates the experience.</summary>
    /// <param name="images">What is learnt from.</param>
    /// <param name="recipe">Batches and seed.</param>
    /// <param name="rows">Brings points of the flow into batches.</param>
    public ImageryExperience(ImageSet images, ImageryRecipe recipe, FlowRows rows)
    {
        _recipe = recipe;
        _examples = new FlowExamples(rows, images);
        _order = new EpochOrder(images.Count, recipe.Seed, OrderStream);
    }

    /// <inheritdoc/>
    public void Fill(Batch batch, long step, int microBatch)
    {
        var random = new RandomStream(_recipe.Seed, NoiseStream + (uint)microBatch, step);
        batch.Sequences.Clear();
        long next = ((step * _recipe.Learning.Accumulation) + microBatch) * _recipe.BatchSize;
        for (int index = 0; index < _recipe.BatchSize; index++)
        {
            _examples.Append(batch, _order[next + index], _recipe.ClassDropout, ref random);
        }
    }
}
