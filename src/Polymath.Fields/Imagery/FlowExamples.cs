using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>
/// Examples of the flow (Lipman et al., 2023; Liu et al., 2023): between noise z and an image x a straight line
/// (1 - t)·z + t·x, whose velocity x - z is to be told from a point on it.
/// </summary>
/// <param name="rows">Brings points into batches.</param>
/// <param name="images">The images.</param>
internal sealed class FlowExamples(FlowRows rows, ImageSet images)
{
    private readonly float[] _point = new float[images.ImageBytes], _velocity = new float[images.ImageBytes];

    /// <summary>Appends an image at a time of logit-normal distribution (Esser et al., 2024).</summary>
    /// <param name="batch">Where it goes.</param>
    /// <param name="image">The image.</param>
    /// <param name="classDropout">The chance that its class is kept back.</param>
    /// <param name="random">Where chance comes from.</param>
    public void Append(Batch batch, int image, float classDropout, ref RandomStream random)
    {
        float time = 1 / (1 + MathF.Exp(-random.NextNormal()));
        int label = random.NextSingle() < classDropout ? rows.AnyClass : images.Labels[image];
        ReadOnlySpan<byte> pixels = images.PixelsOf(image).Span;
        for (int index = 0; index < pixels.Length; index++)
        {
            float pixel = PatchWriter.Normalize(pixels[index]), noise = random.NextNormal();
            _point[index] = ((1 - time) * noise) + (time * pixel);
            _velocity[index] = pixel - noise;
        }

        int first = batch.RowCount;
        rows.Append(batch, _point, time, label);
        rows.Writer.Write(_velocity, batch.Values, first);
    }
}
