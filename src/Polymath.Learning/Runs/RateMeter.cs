namespace Polymath.Learning;

/// <summary>Rates over the last seconds: older steps count less and less.</summary>
internal sealed class RateMeter
{
    // Long enough to read, short enough to show a change.
    private const double MemorySeconds = 5;

    private double _seconds, _steps, _rows, _operations;

    /// <summary>Steps a second.</summary>
    public double StepsPerSecond => Rate(_steps);

    /// <summary>Rows a second.</summary>
    public double RowsPerSecond => Rate(_rows);

    /// <summary>Operations a second.</summary>
    public double FlopsPerSecond => Rate(_operations);

    /// <summary>Takes in a step.</summary>
    public void Add(in LearnerStep step, TimeSpan duration)
    {
        double kept = Math.Exp(-duration.TotalSeconds / MemorySeconds);
        _seconds = (_seconds * kept) + duration.TotalSeconds;
        _steps = (_steps * kept) + 1;
        _rows = (_rows * kept) + step.Rows;
        _operations = (_operations * kept) + step.Operations;
    }

    // A clock may stand still between two steps.
    private double Rate(double amount) => _seconds > 0 ? amount / _seconds : 0;
}
