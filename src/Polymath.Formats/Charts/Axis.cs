namespace Polymath.Formats.Charts;

/// <summary>A number at an axis: its position as a share of the axis' length, and its label.</summary>
internal readonly record struct AxisTick(double Position, string Label);

/// <summary>Maps the values of a chart to an axis and finds round numbers for its ticks.</summary>
internal sealed class Axis
{
    // Beyond this, differences would overflow.
    private const double LargestValue = 1e300;

    // Ranges narrower than this share of their values show rounding rather than data, and are widened.
    private const double NarrowestRange = 1e-9;

    // Where values must not touch the frame: the air at each end of a logarithmic axis.
    private const double LogarithmicAir = 0.04;

    private readonly AxisScale _scale;

    // The ends of the axis; of a logarithmic one, their decimal logarithms.
    private readonly double _low;
    private readonly double _high;

    private Axis(AxisScale scale, double low, double high, IReadOnlyList<double> ticks, Func<double, string> label)
    {
        _scale = scale;
        _low = low;
        _high = high;
        Ticks =
        [
            .. ticks.Select(value => new AxisTick(Position(value), label(value)))
                .Where(tick => tick.Position is >= -1e-9 and <= 1 + 1e-9),
        ];
    }

    /// <summary>The ticks from low to high.</summary>
    public IReadOnlyList<AxisTick> Ticks { get; }

    /// <summary>Whether a value has a place on such an axis.</summary>
    public static bool CanShow(AxisScale scale, double value) =>
        Math.Abs(value) <= LargestValue && (scale == AxisScale.Linear || value >= 1 / LargestValue);

    /// <summary>The axis that shows all values.</summary>
    /// <param name="scale">How values are spread.</param>
    /// <param name="values">Values of which <see cref="CanShow"/> holds.</param>
    /// <param name="tickCount">About how many ticks there is room for.</param>
    /// <param name="isLoose">
    /// Whether to end at a tick (linear) or leave air (logarithmic) instead of ending at the data.
    /// </param>
    public static Axis Fit(AxisScale scale, IEnumerable<double> values, int tickCount, bool isLoose)
    {
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        foreach (double value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (low > high)
        {
            (low, high) = scale == AxisScale.Linear ? (0, 1) : (1, 10);
        }

        return scale == AxisScale.Linear
            ? FitLinear(low, high, tickCount, isLoose)
            : FitLogarithmic(low, high, tickCount, isLoose);
    }

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Position(double value) => _scale == AxisScale.Linear
        ? (value - _low) / (_high - _low)
        : (Math.Log10(value) - _low) / (_high - _low);

    private static Axis FitLinear(double low, double high, int tickCount, bool isLoose)
    {
        double magnitude = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low <= magnitude * NarrowestRange || high - low < 1 / LargestValue)
        {
            double widening = magnitude < 1 / LargestValue ? 1 : magnitude * 0.1;
            (low, high) = (low - widening, high + widening);
        }

        double step = RoundStep((high - low) / tickCount);
        if (isLoose)
        {
            low = Math.Floor((low / step) + 1e-9) * step;
            high = Math.Ceiling((high / step) - 1e-9) * step;
        }

        double[] ticks = Multiples(step, low, high);
        double largest = ticks.Length == 0 ? magnitude : ticks.Max(Math.Abs);
        return new Axis(AxisScale.Linear, low, high, ticks, value => AxisLabels.Linear(value, step, largest));
    }

    private static Axis FitLogarithmic(double low, double high, int tickCount, bool isLoose)
    {
        if (high / low <= 1 + NarrowestRange)
        {
            (low, high) = (low / 2, high * 2);
        }

        double decades = Math.Log10(high) - Math.Log10(low);
        double[] ticks = Powers(low, high, tickCount, decades);
        Func<double, string> label = AxisLabels.Logarithmic;
        if (ticks.Length < 2)
        {
            // Less than from 1 to 2: round differences serve better than round ratios.
            double step = RoundStep((high - low) / tickCount);
            ticks = Multiples(step, low, high);
            label = value => AxisLabels.Linear(value, step, high);
        }

        double air = isLoose ? decades * LogarithmicAir : 0;
        return new Axis(AxisScale.Logarithmic, Math.Log10(low) - air, Math.Log10(high) + air, ticks, label);
    }

    private static double[] Powers(double low, double high, int tickCount, double decades)
    {
        int first = (int)Math.Floor(Math.Log10(low));
        int last = (int)Math.Ceiling(Math.Log10(high));
        double[] mantissas = decades * 3 <= tickCount + 1 ? [1, 2, 5] : [1];
        int stride = Math.Max(1, (int)Math.Ceiling(decades / tickCount));
        List<double> ticks = [];
        for (int exponent = first; exponent <= last; exponent++)
        {
            foreach (double mantissa in mantissas)
            {
                double value = mantissa * Math.Pow(10, exponent);
                if (exponent % stride == 0 && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                {
                    ticks.Add(value);
                }
            }
        }

        return [.. ticks];
    }

    private static double[] Multiples(double step, double low, double high)
    {
        double first = Math.Ceiling((low / step) - 1e-9);
        int count = (int)Math.Floor((high / step) + 1e-9 - first) + 1;
        return [.. Enumerable.Range(0, Math.Max(0, count)).Select(i => (first + i) * step)];
    }

    /// <summary>The nearest of 1, 2 and 5 times a power of ten that is not smaller.</summary>
    private static double RoundStep(double step)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        double mantissa = step / power;
        return power * (mantissa <= 1.000001 ? 1 : mantissa <= 2.000001 ? 2 : mantissa <= 5.000001 ? 5 : 10);
    }
}
