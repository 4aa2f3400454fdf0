namespace Polymath.Fields.Games.Libretro;

/// <summary>The last frames, grey and scaled down, as Mnih et al. (2015) saw games.</summary>
internal sealed class FrameStack
{
    private readonly int _side, _count;
    private readonly byte[] _frames;
    private byte[] _last = [], _current = [];

    /// <summary>Reserves room.</summary>
    /// <param name="side">Pixels of a kept frame's side.</param>
    /// <param name="count">Frames.</param>
    public FrameStack(int side, int count)
    {
        (_side, _count) = (side, count);
        _frames = new byte[count * side * side];
    }

    /// <summary>All kept frames [count, side, side], the oldest first.</summary>
    public Span<byte> Frames => _frames;

    /// <summary>Looks at a frame that is followed by one that is kept: what flickers is in one of both.</summary>
    public void Look(LibretroCore core)
    {
        Fit(ref _last, core);
        core.ReadGrey(_last);
    }

    /// <summary>Keeps the frame as it is now, brightened by the one that was looked at before.</summary>
    /// <param name="core">Whose frame.</param>
    /// <param name="withLast">Whether a frame was looked at.</param>
    public void Keep(LibretroCore core, bool withLast)
    {
        Fit(ref _current, core);
        core.ReadGrey(_current);
        if (withLast && _last.Length == _current.Length)
        {
            for (int index = 0; index < _current.Length; index++)
            {
                _current[index] = Math.Max(_current[index], _last[index]);
            }
        }

        int size = _side * _side;
        Frames[size..].CopyTo(Frames);
        Scale(_current, core.Width, core.Height, Frames[^size..]);
    }

    /// <summary>Makes all kept frames the newest one.</summary>
    public void Fill()
    {
        int size = _side * _side;
        for (int frame = 0; frame < _count - 1; frame++)
        {
            Frames[^size..].CopyTo(Frames[(frame * size)..]);
        }
    }

    /// <summary>Writes the frames as channels [side, side, count], from 0 to 1.</summary>
    public void Observe(Span<float> observation)
    {
        int size = _side * _side;
        for (int pixel = 0; pixel < size; pixel++)
        {
            for (int frame = 0; frame < _count; frame++)
            {
                observation[(pixel * _count) + frame] = _frames[(frame * size) + pixel] / (float)byte.MaxValue;
            }
        }
    }

    private static void Fit(ref byte[] pixels, LibretroCore core)
    {
        if (pixels.Length != core.Width * core.Height)
        {
            pixels = new byte[core.Width * core.Height];
        }
    }

    // Means of the pixels that a smaller one covers; each belongs to one at least.
    private void Scale(ReadOnlySpan<byte> pixels, int width, int height, Span<byte> scaled)
    {
        for (int y = 0; y < _side; y++)
        {
            (int top, int bottom) = Covered(y, height);
            for (int x = 0; x < _side; x++)
            {
                (int left, int right) = Covered(x, width);
                int sum = 0, count = (bottom - top) * (right - left);
                for (int row = top; row < bottom; row++)
                {
                    foreach (byte pixel in pixels[((row * width) + left)..((row * width) + right)])
                    {
                        sum += pixel;
                    }
                }

                scaled[(y * _side) + x] = (byte)((sum + (count / 2)) / count);
            }
        }
    }

    private (int From, int To) Covered(int index, int length)
    {
        int from = index * length / _side;
        return (from, Math.Max(from + 1, (index + 1) * length / _side));
    }
}
