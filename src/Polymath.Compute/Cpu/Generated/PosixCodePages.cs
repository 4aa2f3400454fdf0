using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>Pages of Linux, macOS and other systems of POSIX: mmap, mprotect, munmap.</summary>
internal sealed unsafe partial class PosixCodePages : ICodePages
{
    private const int Read = 1, Write = 2, Execute = 4, Private = 2;

    // MAP_ANONYMOUS is not the same everywhere.
    private static readonly int Anonymous = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? 0x20 : 0x1000;

    /// <inheritdoc/>
    public byte* Allocate(nuint bytes)
    {
        nint start = Map(0, bytes, Read | Write, Private | Anonymous, -1, 0);
        return start == -1 ? null : (byte*)start;
    }

    /// <inheritdoc/>
    public bool MakeExecutable(byte* start, nuint bytes) => Protect(start, bytes, Read | Execute) == 0;

    /// <inheritdoc/>
    public void Free(byte* start, nuint bytes) => _ = Unmap(start, bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* start, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* start, nuint bytes);
}
