using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>How thorough an examination is.</summary>
public enum ExaminationDepth
{
    /// <summary>In passing during training: a fixed, small share of the validation data.</summary>
    Quick,

    /// <summary>At the end: all of the held-out data, and the references beside.</summary>
    Full,
}

/// <summary>A figure to compare with: a baseline, another program, a published result.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Metric">Which metric it is a value of.</param>
/// <param name="Value">The value.</param>
public sealed record ReferenceFigure(string Name, string Metric, double Value);

/// <summary>Figures in rows and columns: by class, by opponent, by length.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Heads">The columns' heads.</param>
/// <param name="Rows">The rows, a cell a column.</param>
public sealed record ExaminedTable(
    string Title, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A picture of what was found.</summary>
/// <param name="FileName">What its file is called, with <c>.png</c>.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Image">The picture.</param>
public sealed record ExaminedPicture(string FileName, string Title, RgbImage Image);

/// <summary>What an examination found.</summary>
/// <param name="Metrics">Every metric by name, the decisive one first.</param>
/// <param name="References">Figures beside it.</param>
/// <param name="Remarks">What a reader must know to understand the figures, a sentence each.</param>
public sealed record ExaminationResult(
    IReadOnlyList<KeyValuePair<string, double>> Metrics,
    IReadOnlyList<ReferenceFigure> References,
    IReadOnlyList<string> Remarks)
{
    /// <summary>Tables for the report.</summary>
    public IReadOnlyList<ExaminedTable> Tables { get; init; } = [];

    /// <summary>Pictures for the report.</summary>
    public IReadOnlyList<ExaminedPicture> Pictures { get; init; } = [];
}

/// <summary>How mastery is measured, and against what.</summary>
public interface IExamination
{
    /// <summary>The metric that decides which checkpoint is best.</summary>
    string DecisiveMetric { get; }

    /// <summary>A metric in the unit of the objective's loss, drawn beside it; null where there is none.</summary>
    string? LossMetric => null;

    /// <summary>Whether less of it is better.</summary>
    bool LowerIsBetter { get; }

    /// <summary>Examines the network as it is.</summary>
    ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default);
}
