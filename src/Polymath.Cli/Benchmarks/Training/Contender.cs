using System.Diagnostics;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>Our side of a comparison in turns: takes steps and keeps what each turn took.</summary>
/// <param name="learner">What takes the steps.</param>
/// <param name="rowsPerStep">Rows (tokens) of a step.</param>
/// <param name="shareOfPeak">The learning rate's share of its peak at a step; null: always the peak.</param>
internal sealed class Contender(Learner learner, int rowsPerStep, Func<long, double>? shareOfPeak = null)
{
    private readonly List<Turn> _turns = [];
    private long _step;
    private long _measuredSteps;
    private long _allocatedBytes;

    /// <summary>What the last step gave.</summary>
    public LearnerStep LastStep { get; private set; }

    /// <summary>The median wall time of a step.</summary>
    public double WallSecondsPerStep => Median.Of(_turns.Select(turn => turn.WallSecondsPerStep));

    /// <summary>The median rows a second of processor time.</summary>
    public double RowsPerCpuSecond => Median.Of(_turns.Select(turn => turn.RowsPerCpuSecond));

    /// <summary>Managed bytes allocated by a step, on average.</summary>
    public double AllocatedBytesPerStep => (double)_allocatedBytes / Math.Max(1, _measuredSteps);

    /// <summary>Takes steps that are not measured.</summary>
    public void WarmUp(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            _step++;
            LastStep = learner.Step(_step, shareOfPeak?.Invoke(_step) ?? 1);
        }
    }

    /// <summary>Takes one turn.</summary>
    public Turn Run(int steps)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        WarmUp(steps);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
        double used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / steps;
        _allocatedBytes += GC.GetTotalAllocatedBytes(precise: true) - allocated;
        _measuredSteps += steps;
        var turn = new Turn(wall, rowsPerStep / wall, rowsPerStep / used);
        _turns.Add(turn);
        return turn;
    }
}
