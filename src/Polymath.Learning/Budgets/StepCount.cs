namespace Polymath.Learning;

/// <summary>
/// Turns a budget into a number of steps, once: schedules then depend on the step alone, and a resumed run, which takes
/// the number over from the checkpoint, repeats an uninterrupted one to the bit.
/// </summary>
/// <remarks>
/// Operations are divided by those of the first step. Time is divided by the mean duration of measured steps: the
/// first few, in which code is compiled and pages are touched, are not measured, and what they took is taken off. A
/// machine that becomes slower afterwards is met by a hard stop at <see cref="TimeSlack"/> times the budget; the
/// schedule then has not come to its end, which the learner says.
/// </remarks>
public sealed class StepCount
{
    /// <summary>Time budgets end here at the latest, as a multiple of the budget.</summary>
    public const double TimeSlack = 1.25;

    // The first steps compile code and touch memory.
    private const int UnmeasuredSteps = 3;

    // Enough to average over a machine's hiccups: this many steps and this share of the budget.
    private const int MeasuredSteps = 5;
    private const double MeasuredShare = 0.02;

    // Where steps are long, one must do: measuring ends at this share of the budget.
    private const double LongestMeasuredShare = 0.1;

    private readonly Budget _budget;
    private readonly double _spentSeconds;
    private (long Step, double Seconds)? _anchor;
    private long _observedSteps;

    /// <summary>Starts counting for a budget.</summary>
    /// <param name="budget">How long to learn.</param>
    /// <param name="total">What an earlier session fixed; 0: not fixed yet.</param>
    /// <param name="spent">Time that earlier sessions spent on steps.</param>
    public StepCount(Budget budget, long total = 0, TimeSpan spent = default)
    {
        _budget = budget;
        _spentSeconds = spent.TotalSeconds;
        Total = total > 0 ? total : budget.Kind == BudgetKind.Steps ? (long)budget.Amount : 0;
    }

    /// <summary>The number of steps; 0 until it is fixed.</summary>
    public long Total { get; private set; }

    /// <summary>Takes note of a step done; true where that fixed the total.</summary>
    /// <param name="step">Steps done so far, earlier sessions included.</param>
    /// <param name="operations">Operations of the step.</param>
    /// <param name="learningTime">Time spent on steps so far, earlier sessions included.</param>
    public bool Observe(long step, double operations, TimeSpan learningTime)
    {
        if (Total > 0)
        {
            return false;
        }

        _observedSteps++;
        Total = _budget.Kind == BudgetKind.Operations
            ? Math.Max(step, (long)Math.Min(_budget.Amount / Math.Max(operations, 1), long.MaxValue / 2))
            : MeasureTime(step, learningTime.TotalSeconds);
        return Total > 0;
    }

    /// <summary>Whether all steps are done.</summary>
    public bool IsComplete(long step) => Total > 0 && step >= Total;

    /// <summary>Whether a time budget is overdrawn: the machine became slower than it was measured.</summary>
    public bool IsOverdrawn(TimeSpan learningTime) =>
        _budget.Kind == BudgetKind.Time && learningTime.TotalSeconds > TimeSlack * _budget.Amount;

    private long MeasureTime(long step, double seconds)
    {
        // What is measured with is a share of what this session has.
        double session = seconds - _spentSeconds, allowed = _budget.Amount - _spentSeconds;
        bool isLong = session >= LongestMeasuredShare * allowed;
        if (_anchor is not (long anchorStep, double anchorSeconds))
        {
            _anchor = isLong || _observedSteps >= UnmeasuredSteps ? (step, seconds) : null;
            return seconds >= _budget.Amount ? step : 0;
        }

        bool isEnough = step - anchorStep >= MeasuredSteps && session >= MeasuredShare * allowed;
        if (!isEnough && !isLong)
        {
            return 0;
        }

        double secondsAStep = (seconds - anchorSeconds) / (step - anchorStep);
        double left = Math.Max(0, _budget.Amount - seconds) / Math.Max(secondsAStep, 1e-9);
        return step + (long)left;
    }
}
