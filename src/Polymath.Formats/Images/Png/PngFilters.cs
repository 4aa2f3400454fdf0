namespace Polymath.Formats.Images.Png;

/// <summary>The prediction filters of rows (section 9).</summary>
internal static class PngFilters
{
    /// <summary>Turns a filtered row into what it was.</summary>
    /// <param name="filter">The filter's number.</param>
    /// <param name="row">The row, changed in place.</param>
    /// <param name="above">The row above, unfiltered; zeros for the first.</param>
    /// <param name="step">Bytes of a pixel.</param>
    /// <exception cref="InvalidDataException">There is no such filter.</exception>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (filter)
        {
            case 0:
                return;
            case 1:
                for (int index = step; index < row.Length; index++)
                {
                    row[index] += row[index - step];
                }

                return;
            case 2:
                for (int index = 0; index < row.Length; index++)
                {
                    row[index] += above[index];
                }

                return;
            case 3:
                for (int index = 0; index < row.Length; index++)
                {
                    row[index] += (byte)(((index >= step ? row[index - step] : 0) + above[index]) / 2);
                }

                return;
            case 4:
                for (int index = 0; index < row.Length; index++)
                {
                    bool hasLeft = index >= step;
                    row[index] += Paeth(
                        hasLeft ? row[index - step] : 0, above[index], hasLeft ? above[index - step] : 0);
                }

                return;
            default:
                throw new InvalidDataException(filter < 0 ? "ends early" : $"has a row with an unknown filter, {filter}");
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        int guess = left + above - corner;
        int toLeft = Math.Abs(guess - left), toAbove = Math.Abs(guess - above), toCorner = Math.Abs(guess - corner);
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}
