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
    string Bench, string Name, double Value, string Unit, string? Reference, double? Ratio, int Threads)
{
    /// <summary>A row with its ratio to a reference; without one where there is no reference.</summary>
    public static BenchmarkRow Compare(
        string bench, string name, double value, string unit, string? reference, double referenceValue, int threads) =>
        reference is null
            ? new(bench, name, value, unit, null, null, threads)
            : new(bench, name, value, unit, $"{reference}: {referenceValue:G4}", value / referenceValue, threads);
}
