using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Activation functions and their gradients, one vector at a time.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static class Activations<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    // gelu(x) = x/2·(1 + tanh u) = x/(1 + 2^e), e = -2u/ln 2 = x·(Linear + Cubic·x²): the second form has no cancellation.
    private const float Linear = -2.30220819f, Cubic = -0.102943240f;

    // d(2u)/dx = Slope + SlopeOfSquare·x².
    private const float Slope = 1.59576912f, SlopeOfSquare = 0.214064449f;

    /// <summary>gelu(x) by the tanh formula.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Gelu(TSimd x)
    {
        TSimd exponent = x * TSimd.MultiplyAdd(x * x, TSimd.Create(Cubic), TSimd.Create(Linear));
        return x / (TSimd.Create(1) + Exponentials<TSimd>.Exp2(exponent));
    }

    /// <summary>The derivative of <see cref="Gelu"/>: s + x·s·(1 - s)·d(2u)/dx with s = sigmoid(2u).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd GeluDerivative(TSimd x)
    {
        TSimd square = x * x;
        TSimd exponent = x * TSimd.MultiplyAdd(square, TSimd.Create(Cubic), TSimd.Create(Linear));
        TSimd s = TSimd.Create(1) / (TSimd.Create(1) + Exponentials<TSimd>.Exp2(exponent));
        TSimd slope = TSimd.MultiplyAdd(square, TSimd.Create(SlopeOfSquare), TSimd.Create(Slope));
        return TSimd.MultiplyAdd(x * (s - (s * s)), slope, s);
    }

    /// <summary>silu(x) = x·sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TSimd Silu(TSimd x) => x / (TSimd.Create(1) + Exponentials<TSimd>.Exp(TSimd.Zero - x));
}
