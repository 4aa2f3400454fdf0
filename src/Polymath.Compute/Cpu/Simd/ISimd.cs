using System.Runtime.Intrinsics;

namespace Polymath.Compute.Cpu;

/// <summary>
/// A vector of fp32 lanes of one instruction set. Kernels are written once, generic over it, and compiled for each
/// width as if written by hand.
/// </summary>
/// <typeparam name="TSelf">The vector itself.</typeparam>
internal unsafe interface ISimd<TSelf>
    where TSelf : struct, ISimd<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>Whether there are 32 vector registers rather than 16.</summary>
    static abstract bool HasManyRegisters { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>All lanes <paramref name="value"/>.</summary>
    static abstract TSelf Create(float value);

    /// <summary>Reads <see cref="Count"/> numbers; no alignment is needed.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Reads some numbers, at most <see cref="Count"/>, touching no memory behind them.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="count">How many.</param>
    /// <param name="rest">What the other lanes are.</param>
    static abstract TSelf LoadPartial(float* source, int count, TSelf rest);

    /// <summary>Writes all lanes.</summary>
    static abstract void Store(TSelf value, float* destination);

    /// <summary>Writes the first lanes, at most <see cref="Count"/>, and nothing behind them.</summary>
    static abstract void StorePartial(TSelf value, float* destination, int count);

    /// <summary>Reads <see cref="Count"/> finite numbers of binary16, exactly; no alignment is needed.</summary>
    static abstract TSelf Load(Half* source);

    /// <summary>Reads <see cref="Count"/> numbers, exactly; no alignment is needed.</summary>
    static abstract TSelf Load(BFloat16* source);

    /// <summary>Reads some numbers, at most <see cref="Count"/>, touching no memory behind them; zero elsewhere.</summary>
    static abstract TSelf LoadPartial(BFloat16* source, int count);

    /// <summary>Writes all lanes, rounded to the nearest, ties to even; what is not a number stays so.</summary>
    static abstract void Store(TSelf value, BFloat16* destination);

    /// <summary>Writes the first lanes, at most <see cref="Count"/>, rounded alike, and nothing behind them.</summary>
    static abstract void StorePartial(TSelf value, BFloat16* destination, int count);

    /// <summary>The first <paramref name="count"/> lanes of <paramref name="value"/>, zero in the others.</summary>
    static abstract TSelf KeepFirst(TSelf value, int count);

    /// <summary>Lane by lane.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Lane by lane.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Lane by lane.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Lane by lane.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>a·b + c, fused where the hardware can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger; <paramref name="right"/> where either is not a number.</summary>
    static abstract TSelf Max(TSelf left, TSelf right);

    /// <summary>The smaller; <paramref name="right"/> where either is not a number.</summary>
    static abstract TSelf Min(TSelf left, TSelf right);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>
    /// 2^whole, where whole is an integer nearest to an exponent from -127 to 128: infinite for 128, and zero, not
    /// denormal, for -127.
    /// </summary>
    /// <param name="exponent">The exponent.</param>
    /// <param name="whole">The integer.</param>
    static abstract TSelf PowerOfTwo(TSelf exponent, out TSelf whole);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>The sums of all lanes of each of four vectors.</summary>
    static abstract Vector128<float> SumEach(TSelf v0, TSelf v1, TSelf v2, TSelf v3);

    /// <summary>The largest of all lanes.</summary>
    static abstract float HorizontalMax(TSelf value);
}
