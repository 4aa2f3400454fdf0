using System.Runtime.InteropServices;

namespace Polymath.Compute.Tests.Cpu.MatrixMultiplication;

/// <summary>
/// Numbers that end where memory ends: on Linux the page behind them may not be touched, so that a kernel which reads
/// or writes beyond them ends the test run at once.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    // Of Linux's mmap(2), on every architecture that .NET runs on.
    private const int ReadAndWrite = 3, NoAccess = 0, PrivateAnonymous = 0x22;

    private readonly void* _start;
    private readonly nuint _bytes;

    public GuardedMemory(int count)
    {
        nuint page = (nuint)Environment.SystemPageSize, needed = (nuint)count * sizeof(float);
        if (!OperatingSystem.IsLinux())
        {
            _start = Floats = (float*)NativeMemory.Alloc(needed);
            return;
        }

        nuint usable = (needed + page - 1) / page * page;
        _bytes = usable + page;
        _start = Map(null, _bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
        Assert.True((nint)_start != -1, "no memory");
        Assert.Equal(0, Protect((byte*)_start + usable, page, NoAccess));
        Floats = (float*)((byte*)_start + usable - needed);
    }

    public float* Floats { get; }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = Unmap(_start, _bytes);
        }
        else
        {
            NativeMemory.Free(_start);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint bytes);
}
