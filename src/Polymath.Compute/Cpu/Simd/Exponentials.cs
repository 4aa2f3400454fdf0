using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Exponential functions by range reduction to 2^n·2^f with f in [-1/2, 1/2] and a minimax polynomial of degree 6
/// (relative error 3e-9 before rounding). Results below 2^-126.5 are zero, results above 2^127.5 infinite, and what
/// is not a number stays so.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static class Exponentials<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // log2(e) = High + Low, so that the reduced argument keeps its accuracy for large arguments.
    private const float Log2EHigh = 1.44269502f, Log2ELow = 1.92596299e-8f;
    private const float SmallestExponent = -127, LargestExponent = 128, NaturalLog2 = 0.693147181f;

    /// <summary>2^x, relative error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Exp2(TSimd x)
    {
        x = Bound(x, SmallestExponent, LargestExponent);
        TSimd whole = TSimd.Round(x);
        return TSimd.ScaleByPowerOfTwo(Polynomial(x - whole), whole);
    }

    /// <summary>e^x, relative error below 3e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Exp(TSimd x)
    {
        x = Bound(x, SmallestExponent * NaturalLog2, LargestExponent * NaturalLog2);
        TSimd whole = TSimd.Round(x * TSimd.Create(Log2EHigh));
        TSimd fraction = TSimd.MultiplyAdd(x, TSimd.Create(Log2EHigh), TSimd.Zero - whole);
        fraction = TSimd.MultiplyAdd(x, TSimd.Create(Log2ELow), fraction);
        return TSimd.ScaleByPowerOfTwo(Polynomial(fraction), whole);
    }

    /// <summary>1/(1 + e^-x), the logistic function; relative error below 5e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Sigmoid(TSimd x) => TSimd.Create(1) / (TSimd.Create(1) + Exp(TSimd.Zero - x));

    // The bound comes first: where either operand is not a number, Max and Min return the second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Bound(TSimd x, float lowest, float highest) =>
        TSimd.Min(TSimd.Create(highest), TSimd.Max(TSimd.Create(lowest), x));

    // 2^f; 1 for 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Polynomial(TSimd f)
    {
        TSimd p = TSimd.Create(1.55946776e-4f);
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(1.34066439e-3f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(9.61769297e-3f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(5.55031055e-2f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(0.240226528f));
        p = TSimd.MultiplyAdd(p, f, TSimd.Create(0.693147215f));
        return TSimd.MultiplyAdd(p, f, TSimd.Create(1));
    }
}
