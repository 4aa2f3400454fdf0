namespace Polymath.Formats.Charts;

/// <summary>The points of one curve of a chart.</summary>
internal sealed class ChartSeries
{
    private readonly double[] _xs;
    private readonly double[] _ys;

    public ChartSeries(string name, IReadOnlyList<double> xs, IReadOnlyList<double> ys)
    {
        if (xs.Count != ys.Count)
        {
            throw new ArgumentException($"series {name} has {xs.Count} x values and {ys.Count} y values");
        }

        Name = name;
        _xs = [.. xs];
        _ys = [.. ys];
    }

    /// <summary>What the legend calls the curve; empty where it needs no name.</summary>
    public string Name { get; }

    /// <summary>The points that have a place on both axes.</summary>
    public IEnumerable<(double X, double Y)> Shown(AxisScale xScale, AxisScale yScale) =>
        _xs.Zip(_ys).Where(point => Axis.CanShow(xScale, point.First) && Axis.CanShow(yScale, point.Second));

    /// <summary>The curve in pixels: one run of points between two gaps.</summary>
    /// <param name="xScale">Decides which x can be shown; others are gaps.</param>
    /// <param name="yScale">Decides which y can be shown; others are gaps.</param>
    /// <param name="place">From values to pixels.</param>
    public List<List<ChartPoint>> Runs(AxisScale xScale, AxisScale yScale, Func<double, double, ChartPoint> place)
    {
        List<List<ChartPoint>> runs = [];
        bool isGap = true;
        for (int i = 0; i < _xs.Length; i++)
        {
            if (!Axis.CanShow(xScale, _xs[i]) || !Axis.CanShow(yScale, _ys[i]))
            {
                isGap = true;
                continue;
            }

            if (isGap)
            {
                runs.Add([]);
                isGap = false;
            }

            runs[^1].Add(place(_xs[i], _ys[i]));
        }

        return runs.ConvertAll(Thin);
    }

    /// <summary>
    /// Keeps of all consecutive points in one column of pixels the first, the lowest, the highest and the last: the
    /// drawn curve stays the same to a pixel's width and a million points cost as little as a thousand. Source: Jugel
    /// et al., "M4: A Visualization-Oriented Time Series Data Aggregation", PVLDB 7(10), 2014.
    /// </summary>
    private static List<ChartPoint> Thin(List<ChartPoint> points)
    {
        List<ChartPoint> kept = [];
        for (int start = 0; start < points.Count;)
        {
            double column = Math.Floor(points[start].X);
            int end = start;
            int lowest = start;
            int highest = start;
            for (; end < points.Count && Math.Floor(points[end].X) == column; end++)
            {
                lowest = points[end].Y > points[lowest].Y ? end : lowest;
                highest = points[end].Y < points[highest].Y ? end : highest;
            }

            int previous = -1;
            foreach (int index in (int[])[start, Math.Min(lowest, highest), Math.Max(lowest, highest), end - 1])
            {
                if (index != previous)
                {
                    kept.Add(points[index]);
                    previous = index;
                }
            }

            start = end;
        }

        return kept;
    }
}
