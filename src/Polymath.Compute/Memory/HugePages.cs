using System.Runtime.InteropServices;

namespace Polymath.Compute;

/// <summary>Asks the operating system for huge pages, which spare the matrix kernels most address translation misses.</summary>
internal static unsafe partial class HugePages
{
    // MADV_HUGEPAGE of Linux's madvise(2).
    private const int AdviseHugePage = 14;

    /// <summary>Advises huge pages for a range; a refusal changes the speed only and is ignored.</summary>
    public static void Advise(void* start, nuint bytes)
    {
        if (OperatingSystem.IsLinux() && bytes >= 2 << 20)
        {
            _ = MemoryAdvise(start, bytes, AdviseHugePage);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* start, nuint bytes, int advice);
}
