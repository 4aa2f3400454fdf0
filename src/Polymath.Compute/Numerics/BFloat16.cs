namespace Polymath.Compute;

/// <summary>The upper half of a binary32: 8 exponent bits, 7 mantissa bits. A type of storage, not of arithmetic.</summary>
/// <param name="bits">The bits.</param>
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>
{
    private const int DroppedBits = 16;

    // The highest bit of the mantissa: set, what is not a number signals nothing.
    private const uint QuietBit = 0x0040_0000;

    /// <summary>The bits.</summary>
    public ushort Bits { get; } = bits;

    /// <summary>The value, exactly.</summary>
    public static explicit operator float(BFloat16 value) =>
        BitConverter.UInt32BitsToSingle((uint)value.Bits << DroppedBits);

    /// <summary>The nearest bf16, ties to even; what is not a number stays so.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint rounded = float.IsNaN(value) ? bits | QuietBit : bits + 0x7FFF + ((bits >> DroppedBits) & 1);
        return new((ushort)(rounded >> DroppedBits));
    }

    /// <summary>Whether the bits are the same.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => left.Bits == right.Bits;

    /// <summary>Whether the bits differ.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => left.Bits != right.Bits;

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits;

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(System.Globalization.CultureInfo.InvariantCulture);
}
