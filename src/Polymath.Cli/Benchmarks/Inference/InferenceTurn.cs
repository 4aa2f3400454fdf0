using System.Diagnostics;
using System.Text.Json;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>What a turn took by the clock and of the processor.</summary>
/// <param name="WallSeconds">By the clock.</param>
/// <param name="CpuSeconds">Of the processor, all threads.</param>
internal readonly record struct InferenceTurn(double WallSeconds, double CpuSeconds)
{
    /// <summary>Times something that this process does.</summary>
    public static InferenceTurn Of(Action action)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        action();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(wall, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    /// <summary>What a peer timed.</summary>
    public static InferenceTurn Of(JsonElement answer) =>
        new(answer.GetProperty("wall_s").GetDouble(), answer.GetProperty("cpu_s").GetDouble());
}
