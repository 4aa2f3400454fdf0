namespace Polymath.Cli.Benchmarks;

/// <summary>The median of measurements, which a busy moment does not move.</summary>
internal static class Median
{
    /// <summary>The median, the upper one of an even number; NaN of none.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }
}
