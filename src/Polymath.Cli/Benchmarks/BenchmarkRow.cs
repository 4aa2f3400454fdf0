namespace Polymath.Cli.Benchmarks;

/// <summary>One measurement.</summary>
/// <param name="Bench">The benchmark.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Reference">What it is compared with: a peak measured in the run, or a peer with its version; null: nothing.</param>
/// <param name="Ratio">The value by the reference's.</param>
/// <param name="Threads">Our threads.</param>
internal sealed record BenchmarkRow(
    string Bench, string Name, double Value, string Unit, string? Reference, double? Ratio, int Threads);
