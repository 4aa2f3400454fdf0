using System.Numerics;
using System.Runtime.InteropServices;
using Polymath.Fields.Images;

namespace Polymath.Fields.Imagery.Examinations;

/// <summary>Finds the image of a set that is most like another, by the distance of their pixels.</summary>
/// <param name="images">The set.</param>
internal sealed class NearestImages(ImageSet images)
{
    /// <summary>The nearest image.</summary>
    /// <param name="pixels">[side, side, channels].</param>
    /// <returns>Its index, and the root mean square of the difference, of 255.</returns>
    public (int Index, double Distance) Find(ReadOnlySpan<byte> pixels)
    {
        (int Index, long Sum) best = (0, long.MaxValue);
        for (int index = 0; index < images.Count; index++)
        {
            long sum = SumOfSquares(pixels, images.PixelsOf(index).Span);
            best = sum < best.Sum ? (index, sum) : best;
        }

        return (best.Index, Math.Sqrt(best.Sum / (double)pixels.Length));
    }

    private static long SumOfSquares(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ReadOnlySpan<Vector<byte>> wideLeft = MemoryMarshal.Cast<byte, Vector<byte>>(left);
        ReadOnlySpan<Vector<byte>> wideRight = MemoryMarshal.Cast<byte, Vector<byte>>(right);
        long sum = 0;
        for (int index = 0; index < wideLeft.Length; index++)
        {
            Vector<byte> difference = Vector.Max(wideLeft[index], wideRight[index]) - Vector.Min(wideLeft[index], wideRight[index]);
            Vector.Widen(difference, out Vector<ushort> low, out Vector<ushort> high);
            sum += Sum(low * low) + Sum(high * high);
        }

        for (int index = wideLeft.Length * Vector<byte>.Count; index < left.Length; index++)
        {
            int difference = left[index] - right[index];
            sum += difference * difference;
        }

        return sum;
    }

    // Squares of bytes fit in 16 bits, sums of them do not.
    private static uint Sum(Vector<ushort> squares)
    {
        Vector.Widen(squares, out Vector<uint> low, out Vector<uint> high);
        return Vector.Sum(low + high);
    }
}
