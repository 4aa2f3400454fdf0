using Polymath.Learning;

namespace Polymath.Fields.Vision;

/// <summary>How many images are told right.</summary>
public sealed class VisionExamination : IExamination
{
    private readonly ImageClassifier _classifier;
    private readonly VisionMaterial _material;

    internal VisionExamination(ImageClassifier classifier, VisionMaterial material) =>
        (_classifier, _material) = (classifier, material);

    /// <inheritdoc/>
    public string DecisiveMetric => "accuracy";

    /// <inheritdoc/>
    public string LossMetric => "loss";

    /// <inheritdoc/>
    public bool LowerIsBetter => false;

    /// <inheritdoc/>
    public ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        ImageSet images = depth == ExaminationDepth.Full ? _material.Test : _material.Validation;
        int right = 0;
        double loss = 0;
        for (int start = 0; start < images.Count; start += _classifier.MaxImages)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(images.Count, start + _classifier.MaxImages);
            float[][] all = _classifier.Classify(
                [.. Enumerable.Range(start, end - start).Select(i => (ReadOnlyMemory<byte>)images.PixelsOf(i).ToArray())]);
            for (int i = start; i < end; i++)
            {
                float[] p = all[i - start];
                right += Array.IndexOf(p, p.Max()) == images.Labels[i] ? 1 : 0;
                loss -= Math.Log(Math.Max(1e-12, p[images.Labels[i]]));
            }
        }

        return new ExaminationResult(
            [new("accuracy", (double)right / images.Count), new("loss", loss / images.Count)], [], []);
    }
}
