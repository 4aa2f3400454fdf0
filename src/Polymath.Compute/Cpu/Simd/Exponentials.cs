using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Exponential functions by range reduction, 2^x = 2^n·2^f and e^x = 2^n·e^r with f in [-1/2, 1/2] and r in
/// [-ln 2/2, ln 2/2], and a minimax polynomial of degree 6 (relative error 3e-9 before rounding). Results below
/// 2^-126.5 are zero, results above 2^127.5 infinite, and what is not a number stays so.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static class Exponentials<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // ln 2 = High + Low; High has so few bits that its product with a whole exponent is exact even unfused.
    private const float Log2E = 1.44269504f, NaturalLog2High = 0.693359375f, NaturalLog2Low = -2.12194440e-4f;
    private const float SmallestExponent = -127, LargestExponent = 128, NaturalLog2 = 0.693147181f;

    /// <summary>2^x, relative error below 2e-7, of what is known not to be above zero by more than rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Exp2OfNonPositive(TSimd x)
    {
        x = TSimd.Max(TSimd.Create(SmallestExponent), x);
        TSimd power = TSimd.PowerOfTwo(x, out TSimd whole), f = x - whole;
        TSimd p = TSimd.Create(1.55946776e-4f);
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(1.34066439e-3f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(9.61769297e-3f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(5.55031055e-2f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(0.240226528f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(0.693147215f));
        return TSimd.MultiplyAdd(p, f, TSimd.Create(1)) * power;
    }

    /// <summary>2^x, relative error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Exp2(TSimd x) => Exp2OfNonPositive(TSimd.Min(TSimd.Create(LargestExponent), x));

    /// <summary>e^x, relative error below 3e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Exp(TSimd x)
    {
        // The bounds come first: where either operand is not a number, Max and Min return the second.
        x = TSimd.Max(TSimd.Create(SmallestExponent * NaturalLog2), x);
        x = TSimd.Min(TSimd.Create(LargestExponent * NaturalLog2), x);
        TSimd power = TSimd.PowerOfTwo(x * TSimd.Create(Log2E), out TSimd whole);
        TSimd r = TSimd.MultiplyAdd(whole, TSimd.Create(-NaturalLog2High), x);
        r = TSimd.MultiplyAdd(whole, TSimd.Create(-NaturalLog2Low), r);
        TSimd p = TSimd.Create(1.40612404e-3f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(8.37901116e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(4.16647773e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(0.166663654f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(0.500000043f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(1.00000005f));
        return TSimd.MultiplyAdd(p, r, TSimd.Create(1)) * power;
    }

    /// <summary>1/(1 + e^-x), the logistic function; relative error below 5e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Sigmoid(TSimd x) => TSimd.Create(1) / (TSimd.Create(1) + Exp(TSimd.Zero - x));
}
