namespace Polymath.Compute;

/// <summary>How the numbers of a weight matrix are stored: rows of blocks, named as GGUF files name them.</summary>
public enum WeightFormat
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16,

    /// <summary>Blocks of 32: a binary16 scale, then 32 signed bytes.</summary>
    Q8_0,

    /// <summary>Blocks of 32: a binary16 scale, then 32 numbers of 4 bits, 8 standing for zero.</summary>
    Q4_0,

    /// <summary>
    /// Blocks of 256: binary16 scales of scales and minima, 8 scales and 8 minima of 6 bits, one of each for 32 numbers,
    /// then 256 numbers of 4 bits.
    /// </summary>
    Q4_K,

    /// <summary>
    /// Blocks of 256: the 4 lower bits of 256 numbers, their 2 upper bits, 16 signed bytes of scales, one for 16
    /// numbers, and a binary16 scale of scales.
    /// </summary>
    Q6_K,
}

/// <summary>Sizes of <see cref="WeightFormat"/>.</summary>
public static class WeightFormats
{
    /// <summary>The numbers of a block; a row is a whole number of blocks.</summary>
    public static int BlockElements(this WeightFormat format) => format switch
    {
        WeightFormat.Float32 or WeightFormat.Float16 or WeightFormat.BFloat16 => 1,
        WeightFormat.Q8_0 or WeightFormat.Q4_0 => 32,
        WeightFormat.Q4_K or WeightFormat.Q6_K => 256,
        _ => throw Unknown(format),
    };

    /// <summary>The bytes of a block.</summary>
    public static int BlockBytes(this WeightFormat format) => format switch
    {
        WeightFormat.Float32 => 4,
        WeightFormat.Float16 or WeightFormat.BFloat16 => 2,
        WeightFormat.Q8_0 => 2 + 32,
        WeightFormat.Q4_0 => 2 + 16,
        WeightFormat.Q4_K => 2 + 2 + 12 + 128,
        WeightFormat.Q6_K => 128 + 64 + 16 + 2,
        _ => throw Unknown(format),
    };

    /// <summary>The bytes of a row.</summary>
    /// <exception cref="ArgumentException">The columns are not a whole number of blocks.</exception>
    public static long RowBytes(this WeightFormat format, int columns)
    {
        int elements = format.BlockElements();
        return columns > 0 && columns % elements == 0
            ? (long)columns / elements * format.BlockBytes()
            : throw new ArgumentException(
                $"expected rows of a multiple of {elements} columns for {format}, found {columns}", nameof(columns));
    }

    /// <summary>Whether numbers are integers of few bits with scales beside them.</summary>
    public static bool IsQuantised(this WeightFormat format) => format.BlockElements() > 1;

    private static ArgumentOutOfRangeException Unknown(WeightFormat format) =>
        new(nameof(format), format, "unknown weight format");
}
