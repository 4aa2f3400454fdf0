namespace Polymath.Formats.Images.Jpeg;

/// <summary>One colour component of a JPEG image: its sampling and its coefficients.</summary>
internal sealed class JpegComponent
{
    /// <summary>Values of a block, 8 x 8.</summary>
    public const int BlockSize = 64;

    /// <summary>Takes memory for all blocks.</summary>
    /// <param name="id">The number by which scans name it.</param>
    /// <param name="factors">Blocks of it in a group of blocks, across and down.</param>
    /// <param name="quantisation">The number of its quantisation table.</param>
    /// <param name="size">Samples that are shown, across and down.</param>
    /// <param name="groups">Groups of blocks of the image, across and down.</param>
    public JpegComponent(
        int id, (int X, int Y) factors, int quantisation, (int Width, int Height) size, (int X, int Y) groups)
    {
        (Id, FactorX, FactorY, QuantisationIndex) = (id, factors.X, factors.Y, quantisation);
        (Width, Height) = size;
        (BlocksAcross, BlocksDown) = (groups.X * factors.X, groups.Y * factors.Y);
        Coefficients = new short[checked(BlocksAcross * BlocksDown * BlockSize)];
    }

    /// <summary>The number by which scans name it.</summary>
    public int Id { get; }

    /// <summary>Blocks of it in a group, across.</summary>
    public int FactorX { get; }

    /// <summary>Blocks of it in a group, down.</summary>
    public int FactorY { get; }

    /// <summary>The number of its quantisation table.</summary>
    public int QuantisationIndex { get; }

    /// <summary>Samples of a row that are shown.</summary>
    public int Width { get; }

    /// <summary>Rows that are shown.</summary>
    public int Height { get; }

    /// <summary>Blocks of a row, whole groups.</summary>
    public int BlocksAcross { get; }

    /// <summary>Rows of blocks, whole groups.</summary>
    public int BlocksDown { get; }

    /// <summary>The coefficients of every block, row by row from the top, not yet in zigzag order undone.</summary>
    public short[] Coefficients { get; }

    /// <summary>Its quantisation table as it was when its first scan came; null: no scan came.</summary>
    public ushort[]? Quantisation { get; set; }

    /// <summary>The prediction of the next block's mean.</summary>
    public int Prediction { get; set; }

    /// <summary>The coefficients of a block, in the order of the file.</summary>
    public Span<short> Block(int across, int down) =>
        Coefficients.AsSpan(((down * BlocksAcross) + across) * BlockSize, BlockSize);
}

/// <summary>What a JPEG image's frame header says (ITU-T T.81, section B.2.2).</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="IsProgressive">Whether coefficients come in several scans.</param>
/// <param name="Components">One for grey, three for colour, four for printing colours.</param>
internal sealed record JpegFrame(int Width, int Height, bool IsProgressive, JpegComponent[] Components)
{
    private const int HeaderBytes = 6, ComponentBytes = 3, BlockSide = 8, MostBlocksInGroup = 10;

    /// <summary>Blocks of a group across, of the finest component.</summary>
    public int MaxFactorX => Components.Max(component => component.FactorX);

    /// <summary>Blocks of a group down, of the finest component.</summary>
    public int MaxFactorY => Components.Max(component => component.FactorY);

    /// <summary>Reads a frame header.</summary>
    /// <exception cref="InvalidDataException">It is damaged, of another kind, or the image is too large.</exception>
    public static JpegFrame Parse(ReadOnlySpan<byte> data, bool isProgressive, ImageLimits limits)
    {
        int count = data.Length >= HeaderBytes ? data[5] : 0;
        if (data.Length != HeaderBytes + (ComponentBytes * count) || data[0] != 8 || count is not (1 or 3 or 4))
        {
            throw new InvalidDataException(
                "has a frame that is damaged or unknown: expected samples of 8 bits, and 1, 3 or 4 components");
        }

        int height = (data[1] << 8) | data[2], width = (data[3] << 8) | data[4];
        limits.Require(width, height);
        var factors = new (int X, int Y)[count];
        for (int index = 0; index < count; index++)
        {
            int factor = data[HeaderBytes + (ComponentBytes * index) + 1];
            factors[index] = (factor >> 4, factor & 15);
            if (factors[index].X is < 1 or > 4 || factors[index].Y is < 1 or > 4)
            {
                throw new InvalidDataException($"has a component with the sampling {factors[index]}, expected 1 to 4 each");
            }
        }

        // A component alone has no groups, whatever it says.
        factors = count == 1 ? [(1, 1)] : factors;
        if (factors.Sum(factor => factor.X * factor.Y) > MostBlocksInGroup)
        {
            throw new InvalidDataException($"has more than {MostBlocksInGroup} blocks in a group");
        }

        int maxX = factors.Max(factor => factor.X), maxY = factors.Max(factor => factor.Y);
        (int X, int Y) groups = (DivideUp(width, BlockSide * maxX), DivideUp(height, BlockSide * maxY));
        var components = new JpegComponent[count];
        for (int index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> component = data.Slice(HeaderBytes + (ComponentBytes * index), ComponentBytes);
            (int Width, int Height) size =
                (DivideUp(width * factors[index].X, maxX), DivideUp(height * factors[index].Y, maxY));
            int quantisation = component[2] < 4
                ? component[2]
                : throw new InvalidDataException($"has a component with the quantisation table {component[2]}, expected 0 to 3");
            components[index] = new JpegComponent(component[0], factors[index], quantisation, size, groups);
        }

        return components.DistinctBy(component => component.Id).Count() == count
            ? new JpegFrame(width, height, isProgressive, components)
            : throw new InvalidDataException("has two components with one number");
    }

    private static int DivideUp(int value, int divisor) => (value + divisor - 1) / divisor;
}
