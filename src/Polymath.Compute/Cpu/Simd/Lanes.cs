using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Which lanes of a vector stand for columns of a row: all of them inside the row, the first few at its end. A step
/// of a kernel that is generic over this is written once and compiled without a test for the inside.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal unsafe interface ILanes<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>Reads the lanes, zero in the others.</summary>
    /// <typeparam name="T">
    /// What the row holds: float or <see cref="BFloat16"/>; where all lanes are read, <see cref="Half"/> too.
    /// </typeparam>
    TSimd Load<T>(T* source)
        where T : unmanaged;

    /// <summary>Writes the lanes, rounded to what the row holds.</summary>
    /// <typeparam name="T">What the row holds: float or <see cref="BFloat16"/>.</typeparam>
    void Store<T>(TSimd value, T* destination)
        where T : unmanaged;

    /// <summary>The lanes of <paramref name="value"/>, zero in the others.</summary>
    TSimd Keep(TSimd value);
}

/// <summary>All lanes.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal readonly unsafe struct AllLanes<TSimd> : ILanes<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load<T>(T* source)
        where T : unmanaged => typeof(T) == typeof(BFloat16)
        ? TSimd.Load((BFloat16*)source)
        : typeof(T) == typeof(Half) ? TSimd.Load((Half*)source) : TSimd.Load((float*)source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<T>(TSimd value, T* destination)
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            TSimd.Store(value, (BFloat16*)destination);
        }
        else
        {
            TSimd.Store(value, (float*)destination);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Keep(TSimd value) => value;
}

/// <summary>The first lanes only.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
/// <param name="count">How many, at most those that the vector has.</param>
internal readonly unsafe struct FirstLanes<TSimd>(int count) : ILanes<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Load<T>(T* source)
        where T : unmanaged => typeof(T) == typeof(BFloat16)
        ? TSimd.LoadPartial((BFloat16*)source, count)
        : TSimd.LoadPartial((float*)source, count, TSimd.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<T>(TSimd value, T* destination)
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            TSimd.StorePartial(value, (BFloat16*)destination, count);
        }
        else
        {
            TSimd.StorePartial(value, (float*)destination, count);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Keep(TSimd value) => TSimd.KeepFirst(value, count);
}
