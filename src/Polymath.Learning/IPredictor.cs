namespace Polymath.Learning;

/// <summary>A label and how likely it is.</summary>
/// <param name="Label">The label.</param>
/// <param name="Probability">From 0 to 1.</param>
public sealed record LabelProbability(string Label, double Probability);

/// <summary>What a network makes of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="Labels">All labels, the likeliest first.</param>
public sealed record Prediction(string File, IReadOnlyList<LabelProbability> Labels);

/// <summary>A session that labels files: a capability of some fields.</summary>
public interface IPredictor
{
    /// <summary>Labels files.</summary>
    /// <param name="files">The files; all are read before the first is labelled.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="Compute.InvalidInputException">Files are missing or damaged; a line for each.</exception>
    IReadOnlyList<Prediction> Predict(IReadOnlyList<string> files, CancellationToken cancellation = default);
}
