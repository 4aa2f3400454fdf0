namespace Polymath.Formats.Charts;

/// <summary>Spells the numbers at an axis: short, all with the same unit and the same decimals.</summary>
internal static class AxisLabels
{
    // From here on a suffix is easier to read than the digits, and a power of ten easier than a suffix.
    private const double FirstSuffixed = 1e4;
    private const double FirstPower = 1e15;
    private const double SmallestPlainStep = 1e-4;
    private const int MaxDecimals = 12;

    private static readonly (double Unit, string Suffix)[] Suffixes = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

    /// <summary>A tick of an axis whose ticks are <paramref name="step"/> apart.</summary>
    /// <param name="value">The number at the tick.</param>
    /// <param name="step">The distance of two ticks.</param>
    /// <param name="largest">The largest magnitude at any tick of the axis.</param>
    public static string Linear(double value, double step, double largest)
    {
        if (Math.Abs(value) < step / 2)
        {
            return "0";
        }

        if (largest >= FirstPower || step < SmallestPlainStep)
        {
            double mantissaStep = step / Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))));
            return value.ToString($"0.{new string('#', Decimals(mantissaStep))}e0");
        }

        (double unit, string suffix) = UnitOf(largest);
        return (value / unit).ToString(Fixed(Decimals(step / unit))) + suffix;
    }

    /// <summary>A tick of a logarithmic axis.</summary>
    public static string Logarithmic(double value)
    {
        if (value is >= FirstPower or < SmallestPlainStep * 0.99)
        {
            return value.ToString("0.#e0");
        }

        (double unit, string suffix) = UnitOf(value);
        return (value / unit).ToString("0.######") + suffix;
    }

    private static (double Unit, string Suffix) UnitOf(double largest)
    {
        if (largest < FirstSuffixed)
        {
            return (1, "");
        }

        // Half a per mille of grace: 999 999.99 is a million with rounding behind it.
        return Suffixes.First(suffix => largest * 1.0005 >= suffix.Unit);
    }

    private static int Decimals(double step) =>
        Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-6), 0, MaxDecimals);

    private static string Fixed(int decimals) => decimals == 0 ? "0" : "0." + new string('0', decimals);
}
