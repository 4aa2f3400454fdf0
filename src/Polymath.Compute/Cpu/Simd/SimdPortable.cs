using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu;

/// <summary>The lanes that <see cref="Vector{T}"/> has on this machine: Arm, and x86 without AVX2.</summary>
internal readonly unsafe struct SimdPortable : ISimd<SimdPortable>
{
    private readonly Vector<float> _lanes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private SimdPortable(Vector<float> lanes) => _lanes = lanes;

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<float>.Count;
    }

    /// <inheritdoc/>
    public static bool HasManyRegisters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512F.VL.IsSupported || AdvSimd.IsSupported;
    }

    /// <inheritdoc/>
    public static SimdPortable Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector<float>.Zero);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Create(float value) => new(new Vector<float>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Load(float* source) => new(Vector.Load(source));

    // Element by element: a call here would have the kernels keep their sums in memory, not in registers.

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable LoadPartial(float* source, int count, SimdPortable rest)
    {
        Vector<float> lanes = rest._lanes;
        for (int lane = 0; lane < count; lane++)
        {
            ((float*)&lanes)[lane] = source[lane];
        }

        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(SimdPortable value, float* destination) => value._lanes.Store(destination);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(SimdPortable value, float* destination, int count)
    {
        Vector<float> lanes = value._lanes;
        for (int lane = 0; lane < count; lane++)
        {
            destination[lane] = ((float*)&lanes)[lane];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Load(Half* source)
    {
        Vector<float> lanes = Vector<float>.Zero;
        for (int lane = 0; lane < Count; lane++)
        {
            ((float*)&lanes)[lane] = (float)source[lane];
        }

        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Load(BFloat16* source) => LoadPartial(source, Count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable LoadPartial(BFloat16* source, int count)
    {
        Vector<float> lanes = Vector<float>.Zero;
        for (int lane = 0; lane < count; lane++)
        {
            ((float*)&lanes)[lane] = (float)source[lane];
        }

        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(SimdPortable value, BFloat16* destination) => StorePartial(value, destination, Count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(SimdPortable value, BFloat16* destination, int count)
    {
        Vector<float> lanes = value._lanes;
        for (int lane = 0; lane < count; lane++)
        {
            destination[lane] = (BFloat16)((float*)&lanes)[lane];
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable KeepFirst(SimdPortable value, int count) => new(Vector.ConditionalSelect(
        Vector.LessThan(Vector<int>.Indices, new Vector<int>(count)), value._lanes, Vector<float>.Zero));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable operator +(SimdPortable left, SimdPortable right) => new(left._lanes + right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable operator -(SimdPortable left, SimdPortable right) => new(left._lanes - right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable operator *(SimdPortable left, SimdPortable right) => new(left._lanes * right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable operator /(SimdPortable left, SimdPortable right) => new(left._lanes / right._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable MultiplyAdd(SimdPortable a, SimdPortable b, SimdPortable c) =>
        new(Vector.MultiplyAddEstimate(a._lanes, b._lanes, c._lanes));

    // Written by comparison: which operand the native instruction returns for what is not a number differs.

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Max(SimdPortable left, SimdPortable right) => new(Vector.ConditionalSelect(
        Vector.GreaterThan(left._lanes, right._lanes), left._lanes, right._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Min(SimdPortable left, SimdPortable right) => new(Vector.ConditionalSelect(
        Vector.LessThan(left._lanes, right._lanes), left._lanes, right._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable Sqrt(SimdPortable value) => new(Vector.SquareRoot(value._lanes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdPortable PowerOfTwo(SimdPortable exponent, out SimdPortable whole)
    {
        Vector<float> shift = new Vector<float>(PowersOfTwo.Shift), shifted = exponent._lanes + shift;
        whole = new(shifted - shift);
        return new(Vector.AsVectorSingle(Vector.AsVectorInt32(shifted) << PowersOfTwo.MantissaBits));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(SimdPortable value) => Vector.Sum(value._lanes);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumEach(SimdPortable v0, SimdPortable v1, SimdPortable v2, SimdPortable v3) =>
        Vector128.Create(Sum(v0), Sum(v1), Sum(v2), Sum(v3));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float HorizontalMax(SimdPortable value)
    {
        float largest = value._lanes[0];
        for (int lane = 1; lane < Count; lane++)
        {
            largest = value._lanes[lane] > largest ? value._lanes[lane] : largest;
        }

        return largest;
    }
}
