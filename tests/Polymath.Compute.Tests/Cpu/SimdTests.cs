using System.Runtime.Intrinsics;
using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class SimdTests
{
    public static TheoryData<InstructionSet> Sets => [.. InstructionSets.Supported];

    [Theory]
    [MemberData(nameof(Sets))]
    public void ExponentialsKeepTheirAccuracyOverTheWholeRange(InstructionSet set)
    {
        for (double x = -86; x < 88; x += 0.00917)
        {
            float rounded = (float)x;
            AssertRelative(Math.Exp(rounded), Evaluate(set, Function.Exp, rounded), 3e-7, rounded);
            AssertRelative(Math.Pow(2, rounded), Evaluate(set, Function.Exp2, rounded), 2e-7, rounded);
            AssertRelative(1 / (1 + Math.Exp(-rounded)), Evaluate(set, Function.Sigmoid, rounded), 5e-7, rounded);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void ExponentialsEndInZeroInfinityAndNoNumber(InstructionSet set)
    {
        foreach (float x in new[] { -88.1f, -200, -1e10f, -3e38f, float.NegativeInfinity })
        {
            Assert.Equal(0, Evaluate(set, Function.Exp, x));
            Assert.Equal(0, Evaluate(set, Function.Exp2, x * 1.45f));
            Assert.Equal(0, Evaluate(set, Function.Sigmoid, x - 1));
        }

        foreach (float x in new[] { 88.8f, 1e10f, 3e38f, float.PositiveInfinity })
        {
            Assert.Equal(float.PositiveInfinity, Evaluate(set, Function.Exp, x));
            Assert.Equal(float.PositiveInfinity, Evaluate(set, Function.Exp2, x * 1.45f));
            Assert.Equal(1, Evaluate(set, Function.Sigmoid, x));
        }

        Assert.Equal(1, Evaluate(set, Function.Exp, 0));
        Assert.Equal(float.NaN, Evaluate(set, Function.Exp, float.NaN));
        Assert.Equal(float.NaN, Evaluate(set, Function.Exp2, float.NaN));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void PartialLoadsAndStoresTouchOnlyTheirLanes(InstructionSet set)
    {
        switch (set)
        {
            case InstructionSet.Avx512 or InstructionSet.Avx512Bf16: CheckLanes<Simd512>(); break;
            case InstructionSet.Avx2: CheckLanes<Simd256>(); break;
            default: CheckLanes<SimdPortable>(); break;
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void HalvesAreWidenedExactlyAndRoundedToTheNearestEven(InstructionSet set)
    {
        switch (set)
        {
            case InstructionSet.Avx512 or InstructionSet.Avx512Bf16: CheckHalves<Simd512>(); break;
            case InstructionSet.Avx2: CheckHalves<Simd256>(); break;
            default: CheckHalves<SimdPortable>(); break;
        }
    }

    private enum Function
    {
        Exp,
        Exp2,
        Sigmoid,
    }

    private static void AssertRelative(double expected, float actual, double tolerance, float x) =>
        Assert.True(
            Math.Abs(actual - expected) <= tolerance * expected, $"at {x}: expected {expected}, found {actual}");

    private static float Evaluate(InstructionSet set, Function function, float x) => set switch
    {
        InstructionSet.Avx512 or InstructionSet.Avx512Bf16 => Evaluate<Simd512>(function, x),
        InstructionSet.Avx2 => Evaluate<Simd256>(function, x),
        _ => Evaluate<SimdPortable>(function, x),
    };

    private static float Evaluate<TSimd>(Function function, float x)
        where TSimd : struct, ISimd<TSimd>
    {
        float* y = stackalloc float[TSimd.Count];
        TSimd argument = TSimd.Create(x);
        TSimd result = function switch
        {
            Function.Exp => Exponentials<TSimd>.Exp(argument),
            Function.Exp2 => Exponentials<TSimd>.Exp2(argument),
            _ => Exponentials<TSimd>.Sigmoid(argument),
        };
        TSimd.Store(result, y);
        return y[TSimd.Count - 1];
    }

    private static void CheckLanes<TSimd>()
        where TSimd : struct, ISimd<TSimd>
    {
        float* y = stackalloc float[TSimd.Count];
        for (int count = 0; count < TSimd.Count; count++)
        {
            TestMatrix x = TestMatrix.Vector(count + 1, "x");
            TSimd.Store(TSimd.LoadPartial(x.Data, count, TSimd.Create(9)), y);
            TestMatrix copy = new(1, count, gap: 0);
            TSimd.StorePartial(TSimd.Load(y), copy.Data, count);
            Assert.Equal(x.ToDoubles()[..count], copy.ToDoubles());
            Assert.Equal(9, y[TSimd.Count - 1]);
            TSimd.Store(TSimd.KeepFirst(TSimd.Create(2), count), y);
            Assert.Equal(2 * count, TSimd.Sum(TSimd.Load(y)));
            TSimd ones = TSimd.KeepFirst(TSimd.Create(1), count), twos = ones + ones;
            Vector128<float> sums = TSimd.SumEach(ones, twos, twos + ones, twos + twos);
            Assert.Equal(Vector128.Create(count, 2f * count, 3f * count, 4f * count), sums);
            y[count] = 5;
            Assert.Equal(5, TSimd.HorizontalMax(TSimd.Load(y)));
        }
    }

    // Every bf16, and between each and the next a quarter, the half and three quarters of the way.
    private static void CheckHalves<TSimd>()
        where TSimd : struct, ISimd<TSimd>
    {
        int width = TSimd.Count;
        float* values = stackalloc float[width], widened = stackalloc float[width];
        BFloat16* halves = stackalloc BFloat16[width + 1];
        for (int bits = 0; bits <= ushort.MaxValue; bits += 1 + (bits % 3))
        {
            int count = bits % (width + 1);
            for (int lane = 0; lane < width; lane++)
            {
                values[lane] = BitConverter.UInt32BitsToSingle(((uint)bits << 16) | ((uint)(lane % 4) << 14));
                halves[lane] = new BFloat16(0x1234);
            }

            halves[width] = new BFloat16(0x1234);
            TSimd.StorePartial(TSimd.Load(values), halves, count);
            TSimd.Store(TSimd.LoadPartial(halves, count), widened);
            for (int lane = 0; lane <= width; lane++)
            {
                Assert.Equal(lane < count ? (BFloat16)values[lane] : new BFloat16(0x1234), halves[lane]);
            }

            for (int lane = 0; lane < width; lane++)
            {
                Assert.Equal(lane < count ? (float)(BFloat16)values[lane] : 0, widened[lane]);
            }

            TSimd.Store(TSimd.Load(values), halves);
            TSimd.Store(TSimd.Load(halves), widened);
            for (int lane = 0; lane < width; lane++)
            {
                Assert.Equal((BFloat16)values[lane], halves[lane]);
                Assert.Equal((float)halves[lane], widened[lane]);
            }

            Assert.Equal(0x1234, halves[width].Bits);
        }
    }
}
