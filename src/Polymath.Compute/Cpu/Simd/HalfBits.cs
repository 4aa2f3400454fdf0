namespace Polymath.Compute.Cpu;

/// <summary>What widens binary16 numbers whose sign was extended and whose bits were moved up by 13.</summary>
internal static class HalfBits
{
    /// <summary>The bits of sign, exponent and mantissa.</summary>
    public const int SignAndRest = unchecked((int)0x8FFF_E000);

    /// <summary>2 to the power of 127 - 15, by which the biases of the exponents differ.</summary>
    public const float BiasDifference = 5.192296858534828e33f;
}
