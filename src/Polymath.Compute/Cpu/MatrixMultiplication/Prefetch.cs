using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>
/// Asks for cache lines of 64 bytes before they are needed; any address may be given, and without the instruction
/// nothing happens.
/// </summary>
internal static unsafe class Prefetch
{
    private const int LineElements = 16;

    /// <summary>The line at an address, for use soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IntoFirstCache(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>The line at an address, for use some microseconds later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IntoSecondCache(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }

    /// <summary>The lines of so many numbers, for use soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IntoFirstCache(float* start, int count)
    {
        for (int element = 0; element < count; element += LineElements)
        {
            IntoFirstCache(start + element);
        }
    }

    /// <summary>The lines of so many numbers, for use some microseconds later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IntoSecondCache(float* start, int count)
    {
        for (int element = 0; element < count; element += LineElements)
        {
            IntoSecondCache(start + element);
        }
    }
}
