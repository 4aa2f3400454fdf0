using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>Asks for a cache line before it is needed; any address may be given, and without the instruction nothing happens.</summary>
internal static unsafe class Prefetch
{
    /// <summary>The line of 64 bytes at an address, for use soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IntoFirstCache(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>The line of 64 bytes at an address, for use some microseconds later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void IntoSecondCache(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }
}
