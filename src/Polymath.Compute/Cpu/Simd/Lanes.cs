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
    TSimd Load(float* source);

    /// <summary>Writes the lanes.</summary>
    void Store(TSimd value, float* destination);

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
    public TSimd Load(float* source) => TSimd.Load(source);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TSimd value, float* destination) => TSimd.Store(value, destination);

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
    public TSimd Load(float* source) => TSimd.LoadPartial(source, count, TSimd.Zero);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(TSimd value, float* destination) => TSimd.StorePartial(value, destination, count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Keep(TSimd value) => TSimd.KeepFirst(value, count);
}
