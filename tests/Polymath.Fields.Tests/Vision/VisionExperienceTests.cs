using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Vision;
using Polymath.Networks;

namespace Polymath.Fields.Tests.Vision;

public sealed class VisionExperienceTests : IDisposable
{
    private const int Side = 4, ClassCount = 3;

    private static readonly VisionRecipe Plain = new() { BatchSize = 5 };

    private readonly MemoryPlan _plan = new();
    private readonly PatchWriter _writer = new(Side, 1, 2);
    private readonly Batch _batch;

    public VisionExperienceTests()
    {
        _batch = new Batch(_plan, new BatchShape(
            5, 20, AttentionMask.Bidirectional, _writer.PatchWidth, ClassCount, PoolsSequences: true));
        _plan.Commit();
    }

    public void Dispose() => _plan.Dispose();

    [Fact]
    public void EveryImageComesOnceAnEpochInAnotherOrder()
    {
        var experience = new VisionExperience(Images(15), Plain, _writer, ClassCount);
        int[][] epochs = [.. Enumerable.Range(0, 2).Select(epoch => Enumerable.Range(0, 3).SelectMany(step =>
        {
            experience.Fill(_batch, (3 * epoch) + step, 0);
            return Enumerable.Range(0, 5).Select(index => Number(index));
        }).ToArray())];
        Assert.Equal(Enumerable.Range(0, 15), epochs[0].Order());
        Assert.Equal(Enumerable.Range(0, 15), epochs[1].Order());
        Assert.NotEqual(epochs[0], epochs[1]);
    }

    [Fact]
    public void AStepIsTheSameWhateverCameBeforeIt()
    {
        VisionRecipe varied = Plain with
        {
            Augmentation = new() { Shift = 0.3f, Flip = true, CutOut = 0.5f, Mixup = 0.5f, LabelSmoothing = 0.1f },
        };
        var first = new VisionExperience(Images(7), varied, _writer, ClassCount);
        first.Fill(_batch, 0, 0);
        first.Fill(_batch, 8, 0);
        (float[] features, float[] targets) = (_batch.Features.AsSpan().ToArray(), _batch.Values.AsSpan().ToArray());
        new VisionExperience(Images(7), varied, _writer, ClassCount).Fill(_batch, 8, 0);
        Assert.Equal(features, _batch.Features.AsSpan().ToArray());
        Assert.Equal(targets, _batch.Values.AsSpan().ToArray());
        Assert.All(Enumerable.Range(0, 5), image => Assert.Equal(1, _batch.Values.RowSpan(image).ToArray().Sum(), 1e-5));
        Assert.Contains(targets, target => target is > 0.1f and < 0.6f);
    }

    [Fact]
    public void RareClassesWeighMoreWhereClassesAreBalanced()
    {
        var images = new ImageSet(Side, 1);
        foreach (int label in new[] { 0, 0, 0, 1 })
        {
            images.Add(new byte[16], label, "");
        }

        Assert.Equal([1, 1, 1], VisionExperience.WeighClasses(images, ClassCount, balance: false));
        float[] weights = VisionExperience.WeighClasses(images, ClassCount, balance: true);
        Assert.Equal([2f / 3, 2, 1], weights, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void PatchesHoldTheirPixelsRowByRow()
    {
        float[] pixels = [.. Enumerable.Range(0, 16).Select(value => (float)value)];
        _batch.Sequences.Clear();
        _writer.Append(_batch, pixels);
        _writer.Append(_batch, pixels, isMirrored: true);
        Assert.Equal([2, 3, 6, 7], _batch.Features.RowSpan(1).ToArray());
        Assert.Equal([8, 9, 12, 13], _batch.Features.RowSpan(2).ToArray());
        Assert.Equal([3, 2, 7, 6], _batch.Features.RowSpan(4).ToArray());
        Assert.Equal(8, _batch.RowCount);
        Assert.Equal(2, _batch.OutputCount);
    }

    [Fact]
    public void VariationsDoWhatTheySay()
    {
        byte[] image = [.. Enumerable.Range(0, 16).Select(value => (byte)(16 * value))];
        float[] plain = Draw(new AugmentationRecipe(), 1)[0];
        Assert.Equal(image.Select(PatchWriter.Normalize), plain);
        float[] mirrored = [.. Enumerable.Range(0, 16).Select(index => plain[(index / 4 * 4) + 3 - (index % 4)])];
        float[][] flipped = Draw(new AugmentationRecipe { Flip = true }, 40);
        Assert.All(flipped, found => Assert.True(found.SequenceEqual(plain) || found.SequenceEqual(mirrored)));
        Assert.InRange(flipped.Count(found => found.SequenceEqual(plain)), 8, 32);
        float[][] cut = Draw(new AugmentationRecipe { CutOut = 0.5f }, 40);
        Assert.All(cut, found => Assert.InRange(found.Count(value => value == 0), 1, 4));
        float[][] shifted = Draw(new AugmentationRecipe { Shift = 0.25f }, 100);
        Assert.Equal(9, shifted.Select(found => found[5]).Distinct().Count());

        float[][] Draw(AugmentationRecipe recipe, int count)
        {
            var augmentation = new Augmentation(recipe, Side, 1);
            var random = new RandomStream(1, 2);
            var drawn = new float[count][];
            for (int index = 0; index < count; index++)
            {
                drawn[index] = new float[16];
                augmentation.Draw(image, ref random, drawn[index]);
            }

            return drawn;
        }
    }

    private static ImageSet Images(int count)
    {
        var images = new ImageSet(Side, 1);
        for (int index = 0; index < count; index++)
        {
            byte[] pixels = new byte[16];
            Array.Fill(pixels, (byte)index);
            images.Add(pixels, index % ClassCount, $"{index}");
        }

        return images;
    }

    // Which image lies at a place of the batch.
    private int Number(int index) =>
        Enumerable.Range(0, 256).First(value => PatchWriter.Normalize((byte)value) == _batch.Features.RowSpan(4 * index)[0]);
}
