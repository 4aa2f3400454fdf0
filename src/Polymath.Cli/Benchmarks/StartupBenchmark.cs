using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Polymath.Cli.Benchmarks;

/// <summary>How long the command takes to say what it can do: a process of its own, from start to end.</summary>
internal static class StartupBenchmark
{
    private const int Starts = 11;

    // What a person takes for at once.
    private const double LimitMilliseconds = 500;

    /// <summary>Measures.</summary>
    public static IEnumerable<BenchmarkRow> Run()
    {
        double milliseconds = Median.Of(Enumerable.Range(0, Starts).Select(_ => Start()));
        yield return BenchmarkRow.Compare(
            "startup", "polymath --help", milliseconds, "ms", "limit", LimitMilliseconds, threads: 1);
    }

    private static double Start()
    {
        // A published program may go on as an image in memory, which has no path: what it was called by still starts it.
        string program = RuntimeFeature.IsDynamicCodeSupported ? Environment.ProcessPath! : Environment.GetCommandLineArgs()[0];
        var start = new ProcessStartInfo(program, "--help") { RedirectStandardOutput = true };
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
