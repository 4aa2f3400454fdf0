using System.Runtime.InteropServices;

namespace Polymath.Compute;

/// <summary>Memory on huge pages where it is large, which spares the matrix kernels most address translation misses.</summary>
internal static unsafe partial class HugePages
{
    private const int HugePageBytes = 2 << 20;

    // MADV_HUGEPAGE of Linux's madvise(2).
    private const int AdviseHugePage = 14;

    /// <summary>
    /// Allocates bytes that start on a cache line, or, if they are many, on a huge page and with the operating system
    /// asked to back them by huge pages; a refusal changes the speed only. Freed by NativeMemory.AlignedFree.
    /// </summary>
    /// <exception cref="OutOfMemoryException">The machine refuses that much memory.</exception>
    public static void* Allocate(nuint bytes)
    {
        if (bytes < HugePageBytes)
        {
            return NativeMemory.AlignedAlloc(bytes, MemoryPlan.AlignmentBytes);
        }

        void* start = NativeMemory.AlignedAlloc(bytes, HugePageBytes);
        if (OperatingSystem.IsLinux())
        {
            _ = MemoryAdvise(start, bytes, AdviseHugePage);
        }

        return start;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* start, nuint bytes, int advice);
}
