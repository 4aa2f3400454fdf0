namespace Polymath.Formats.Charts;

/// <summary>A point in pixels: x to the right, y down, the centre of the first pixel at (0.5, 0.5).</summary>
internal readonly record struct ChartPoint(double X, double Y);
