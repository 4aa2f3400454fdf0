using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu.Measurements;

/// <summary>
/// What one core can do at most, measured now: the yardstick of reports. Each measure is the best of several short
/// bursts, so that a burst during which something else ran does not count.
/// </summary>
public static unsafe class PeakMeter
{
    // A burst of some 0.2 ms: long against the clock's resolution, short against a time slice of a shared machine.
    private const int BurstCount = 12, BurstIterations = 50_000;

    // Independent sums: more than two units times their latency of four cycles, and fewer than 16 registers.
    private const int SumCount = 12;

    // Below the bandwidth of any memory, so that a burst stays short whatever the buffer.
    private const long BurstBytes = 32 << 20;

    /// <summary>
    /// The operations per second of multiply-adds that touch only registers, in the precision in which products are
    /// computed when one is asked for; takes a few milliseconds.
    /// </summary>
    /// <param name="set">The instruction set.</param>
    /// <param name="precision">The precision that is asked for.</param>
    /// <returns>Adds and multiplies per second, both counted, of one core.</returns>
    public static double MeasureFlops(
        InstructionSet set, ProductPrecision precision = ProductPrecision.Float32) => set switch
    {
        InstructionSet.Avx512Bf16 when precision == ProductPrecision.BFloat16 =>
            MeasureBFloat16Flops() ?? MeasureFlops<Simd512>(),
        InstructionSet.Avx512 or InstructionSet.Avx512Bf16 => MeasureFlops<Simd512>(),
        InstructionSet.Avx2 => MeasureFlops<Simd256>(),
        _ => MeasureFlops<SimdPortable>(),
    };

    /// <summary>The bytes per second that one core reads from memory in sequence.</summary>
    /// <param name="set">The instruction set.</param>
    /// <param name="bytes">The size of the buffer that is read: several times the last cache.</param>
    public static double MeasureReadBandwidth(InstructionSet set, long bytes = 256 << 20)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 2 * BurstBytes);
        var buffer = (float*)HugePages.Allocate((nuint)bytes);
        try
        {
            NativeMemory.Clear(buffer, (nuint)bytes);
            return set switch
            {
                InstructionSet.Avx512 or InstructionSet.Avx512Bf16 => MeasureReadBandwidth<Simd512>(buffer, bytes),
                InstructionSet.Avx2 => MeasureReadBandwidth<Simd256>(buffer, bytes),
                _ => MeasureReadBandwidth<SimdPortable>(buffer, bytes),
            };
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    // Null where the system refuses executable memory.
    private static double? MeasureBFloat16Flops()
    {
        const int Rounds = BurstIterations * SumCount / BFloat16PeakCode.SumCount;
        byte[] code = BFloat16PeakCode.Generate(OperatingSystem.IsWindows());
        using var memory = ExecutableMemory.TryCreate(ExecutableMemory.SystemPages, code);
        if (memory is null)
        {
            return null;
        }

        var loop = (delegate* unmanaged<nint*, void>)memory.Start;
        nint* arguments = stackalloc nint[(BFloat16PeakCode.KeptOffset + RoutineBuilder.KeptBytes) / sizeof(nint)];
        double best = 0;
        for (int burst = 0; burst < BurstCount; burst++)
        {
            *arguments = Rounds;
            long start = Stopwatch.GetTimestamp();
            loop(arguments);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, (double)BFloat16PeakCode.OperationsPerRound * Rounds / seconds);
        }

        return best;
    }

    private static double MeasureFlops<TSimd>()
        where TSimd : struct, ISimd<TSimd>
    {
        double best = 0;
        float result = 0;
        for (int burst = 0; burst < BurstCount; burst++)
        {
            long start = Stopwatch.GetTimestamp();
            result += MultiplyAdd<TSimd>(BurstIterations);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, 2.0 * SumCount * TSimd.Count * BurstIterations / seconds);
        }

        GC.KeepAlive(result);
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float MultiplyAdd<TSimd>(int iterations)
        where TSimd : struct, ISimd<TSimd>
    {
        // The sums stay near 1: x = 0.5 x + 0.5.
        TSimd half = TSimd.Create(0.5f), s0 = TSimd.Create(1), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        TSimd s6 = s0, s7 = s0, s8 = s0, s9 = s0, s10 = s0, s11 = s0;
        for (int i = 0; i < iterations; i++)
        {
            s0 = TSimd.MultiplyAdd(s0, half, half);
            s1 = TSimd.MultiplyAdd(s1, half, half);
            s2 = TSimd.MultiplyAdd(s2, half, half);
            s3 = TSimd.MultiplyAdd(s3, half, half);
            s4 = TSimd.MultiplyAdd(s4, half, half);
            s5 = TSimd.MultiplyAdd(s5, half, half);
            s6 = TSimd.MultiplyAdd(s6, half, half);
            s7 = TSimd.MultiplyAdd(s7, half, half);
            s8 = TSimd.MultiplyAdd(s8, half, half);
            s9 = TSimd.MultiplyAdd(s9, half, half);
            s10 = TSimd.MultiplyAdd(s10, half, half);
            s11 = TSimd.MultiplyAdd(s11, half, half);
        }

        return TSimd.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }

    private static double MeasureReadBandwidth<TSimd>(float* buffer, long bytes)
        where TSimd : struct, ISimd<TSimd>
    {
        double best = 0;
        float result = 0;
        for (long offset = 0; offset <= bytes - BurstBytes; offset += BurstBytes)
        {
            long start = Stopwatch.GetTimestamp();
            result += Sum<TSimd>(buffer + (offset / sizeof(float)), BurstBytes / sizeof(float));
            best = Math.Max(best, BurstBytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        GC.KeepAlive(result);
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum<TSimd>(float* source, long count)
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0;
        for (float* end = source + count; source < end; source += 4 * TSimd.Count)
        {
            s0 += TSimd.Load(source);
            s1 += TSimd.Load(source + TSimd.Count);
            s2 += TSimd.Load(source + (2 * TSimd.Count));
            s3 += TSimd.Load(source + (3 * TSimd.Count));
        }

        return TSimd.Sum(s0 + s1 + s2 + s3);
    }
}
