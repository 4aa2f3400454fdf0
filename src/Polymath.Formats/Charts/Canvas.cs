using Polymath.Formats.Images;

namespace Polymath.Formats.Charts;

/// <summary>
/// Draws anti-aliased strokes with round ends. The strokes of one figure (a curve, a text) first gather in a mask, each
/// pixel keeping its greatest coverage, and are then painted at once: where strokes meet, nothing is painted twice.
/// </summary>
internal sealed class Canvas
{
    private readonly RgbImage _image;
    private readonly float[] _coverage;
    private int _left = int.MaxValue;
    private int _top = int.MaxValue;
    private int _right = int.MinValue;
    private int _bottom = int.MinValue;

    public Canvas(RgbImage image)
    {
        _image = image;
        _coverage = new float[image.Width * image.Height];
        Whole = new ChartRectangle(0, 0, image.Width, image.Height);
    }

    /// <summary>The whole image.</summary>
    public ChartRectangle Whole { get; }

    /// <summary>Fills whole pixels; parts outside the image are left out.</summary>
    public void FillRectangle(ChartRectangle area, ChartColour colour)
    {
        for (int y = Math.Max(0, area.Top); y < Math.Min(_image.Height, area.Bottom); y++)
        {
            for (int x = Math.Max(0, area.Left); x < Math.Min(_image.Width, area.Right); x++)
            {
                Span<byte> pixel = _image[x, y];
                pixel[0] = colour.Red;
                pixel[1] = colour.Green;
                pixel[2] = colour.Blue;
            }
        }
    }

    /// <summary>Adds connected strokes to the mask; a single point gives a disc.</summary>
    public void AddPolyline(ReadOnlySpan<ChartPoint> points, double strokeWidth, ChartRectangle clip)
    {
        if (points.Length == 1)
        {
            AddStroke(points[0], points[0], strokeWidth / 2, clip);
        }

        for (int i = 1; i < points.Length; i++)
        {
            AddStroke(points[i - 1], points[i], strokeWidth / 2, clip);
        }
    }

    /// <summary>Paints what the mask has gathered and empties it.</summary>
    public void Paint(ChartColour colour)
    {
        for (int y = _top; y < _bottom; y++)
        {
            Span<float> row = _coverage.AsSpan((y * _image.Width) + _left, _right - _left);
            for (int x = 0; x < row.Length; x++)
            {
                if (row[x] > 0)
                {
                    Blend(_image[_left + x, y], colour, row[x]);
                }
            }

            row.Clear();
        }

        (_left, _top, _right, _bottom) = (int.MaxValue, int.MaxValue, int.MinValue, int.MinValue);
    }

    /// <summary>
    /// Adds one stroke. A pixel is covered by how far its centre lies inside the edge, the edge being one pixel soft.
    /// </summary>
    private void AddStroke(ChartPoint a, ChartPoint b, double radius, ChartRectangle clip)
    {
        double reach = radius + 0.5;
        int top = Math.Max(clip.Top, (int)Math.Floor(Math.Min(a.Y, b.Y) - reach));
        int bottom = Math.Min(clip.Bottom, (int)Math.Ceiling(Math.Max(a.Y, b.Y) + reach));
        double dx = b.X - a.X;
        double dy = b.Y - a.Y;
        double length = Math.Sqrt((dx * dx) + (dy * dy));
        for (int y = top; y < bottom; y++)
        {
            (int left, int right) = RowSpan(a, b, length, reach, y + 0.5);
            left = Math.Max(clip.Left, left);
            right = Math.Min(clip.Right, right);
            for (int x = left; x < right; x++)
            {
                double px = x + 0.5 - a.X;
                double py = y + 0.5 - a.Y;
                double along = length > 0 ? Math.Clamp(((px * dx) + (py * dy)) / (length * length), 0, 1) : 0;
                double ex = px - (along * dx);
                double ey = py - (along * dy);
                float coverage = (float)Math.Min(1, reach - Math.Sqrt((ex * ex) + (ey * ey)));
                ref float pixel = ref _coverage[(y * _image.Width) + x];
                pixel = Math.Max(pixel, coverage);
            }

            if (left < right)
            {
                _left = Math.Min(_left, left);
                _right = Math.Max(_right, right);
                _top = Math.Min(_top, y);
                _bottom = Math.Max(_bottom, y + 1);
            }
        }
    }

    /// <summary>The pixels of one row that a stroke can touch: within its box and near its line.</summary>
    private static (int Left, int Right) RowSpan(ChartPoint a, ChartPoint b, double length, double reach, double y)
    {
        double left = Math.Min(a.X, b.X) - reach;
        double right = Math.Max(a.X, b.X) + reach;
        double dy = b.Y - a.Y;
        if (Math.Abs(dy) > 1e-9)
        {
            double centre = a.X + ((y - a.Y) * (b.X - a.X) / dy);
            double half = reach * length / Math.Abs(dy);
            left = Math.Max(left, centre - half);
            right = Math.Min(right, centre + half);
        }

        return ((int)Math.Floor(left), (int)Math.Ceiling(right));
    }

    private static void Blend(Span<byte> pixel, ChartColour colour, float coverage)
    {
        pixel[0] = Mix(pixel[0], colour.Red, coverage);
        pixel[1] = Mix(pixel[1], colour.Green, coverage);
        pixel[2] = Mix(pixel[2], colour.Blue, coverage);
    }

    private static byte Mix(byte from, byte to, float share) => (byte)MathF.Round(from + ((to - from) * share));
}
