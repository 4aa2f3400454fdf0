namespace Polymath.Compute.Cpu;

/// <summary>How powers of two are made of exponents in fp32 by one addition and one shift.</summary>
internal static class PowersOfTwo
{
    /// <summary>The bits of a mantissa, which the exponent lies behind.</summary>
    public const int MantissaBits = 23;

    /// <summary>
    /// 1.5·2^23 + 127: numbers near it are whole, so that adding it rounds, and the lowest bits of the sum are the
    /// rounded number plus 127, which is how fp32 holds an exponent.
    /// </summary>
    public const float Shift = 12_583_039;
}
