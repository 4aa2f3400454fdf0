using Polymath.Fields.Images;
using Polymath.Learning;

namespace Polymath.Fields.Vision.Examinations;

/// <summary>
/// How many images are told right: of those that choose the best checkpoint in passing, of the test images at the end,
/// with precision and recall by class, confusions, worst mistakes and calibration.
/// </summary>
public sealed class VisionExamination : IExamination
{
    private readonly ImageClassifier _classifier;
    private readonly ImageMaterial _material;

    internal VisionExamination(ImageClassifier classifier, ImageMaterial material) =>
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
        bool isFull = depth == ExaminationDepth.Full;
        ImageSet images = isFull ? _material.Test : _material.Validation;
        Classification found = _classifier.Classify(images, cancellation);
        List<KeyValuePair<string, double>> metrics = [new(DecisiveMetric, found.Accuracy), new("loss", found.Loss)];
        return isFull ? Describe(found, images, metrics) : new ExaminationResult(metrics, [], []);
    }

    private ExaminationResult Describe(
        Classification found, ImageSet images, List<KeyValuePair<string, double>> metrics)
    {
        (double low, double high) = Classification.IntervalOf(found.RightCount, found.Count);
        int[,] confusion = found.Confusion(_material.Classes.Count);
        (double precision, double recall) = ClassTable.Means(confusion);
        metrics.AddRange(
        [
            new("accuracy_low", low), new("accuracy_high", high), new("precision", precision), new("recall", recall),
            new("calibration_error", found.CalibrationError), new("images", found.Count),
        ]);
        double chance = images.Labels.CountBy(label => label).Max(group => group.Value) / (double)found.Count;
        return new ExaminationResult(
            metrics, [new("always the commonest class", DecisiveMetric, chance)],
            [
                "Accuracy low and high bound the accuracy with 95 % confidence (Wilson's interval).",
                "Precision and recall are means over the classes; the calibration error is over 15 bins of confidence.",
            ])
        {
            Tables = [ClassTable.Of(_material.Classes, confusion)],
            Pictures = ClassificationPictures.Draw(found, images, _material.Classes, confusion),
        };
    }
}
