using Polymath.Fields.Images;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>
/// Brings points of the flow into a batch: a sequence an image, a row a patch; beside its numbers every row knows the time
/// and the class.
/// </summary>
/// <param name="writer">Brings images into rows.</param>
/// <param name="classCount">The classes.</param>
public sealed class FlowRows(PatchWriter writer, int classCount)
{
    // Cosines and sines of π·2^k·t.
    private const int FrequencyCount = 8;

    /// <summary>Stands for any class.</summary>
    public int AnyClass { get; } = classCount;

    /// <summary>Brings images into rows.</summary>
    public PatchWriter Writer => writer;

    /// <summary>Features of a row.</summary>
    public int FeatureWidth { get; } = writer.PatchWidth + (2 * FrequencyCount) + classCount + 1;

    /// <summary>Appends a point of the flow.</summary>
    /// <param name="batch">Where it goes.</param>
    /// <param name="point">[side, side, channels].</param>
    /// <param name="time">From 0, noise, to 1, an image.</param>
    /// <param name="label">The class, or <see cref="AnyClass"/>.</param>
    public void Append(Batch batch, ReadOnlySpan<float> point, float time, int label)
    {
        int first = batch.RowCount;
        writer.Append(batch, point);
        Span<float> condition = stackalloc float[FeatureWidth - writer.PatchWidth];
        condition.Clear();
        for (int index = 0; index < FrequencyCount; index++)
        {
            float angle = MathF.PI * time * (1 << index);
            (condition[2 * index], condition[(2 * index) + 1]) = (MathF.Cos(angle), MathF.Sin(angle));
        }

        condition[(2 * FrequencyCount) + label] = 1;
        for (int row = first; row < batch.RowCount; row++)
        {
            condition.CopyTo(batch.Features.RowSpan(row)[writer.PatchWidth..]);
        }
    }
}
