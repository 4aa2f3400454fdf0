using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>Pages of Windows: VirtualAlloc, VirtualProtect, VirtualFree.</summary>
internal sealed unsafe partial class WindowsCodePages : ICodePages
{
    // MEM_COMMIT | MEM_RESERVE, MEM_RELEASE, PAGE_READWRITE, PAGE_EXECUTE_READ.
    private const uint CommitAndReserve = 0x3000, Release = 0x8000, ReadWrite = 4, ExecuteRead = 0x20;

    /// <inheritdoc/>
    public byte* Allocate(nuint bytes) => VirtualAlloc(null, bytes, CommitAndReserve, ReadWrite);

    /// <inheritdoc/>
    public bool MakeExecutable(byte* start, nuint bytes)
    {
        uint before;
        return VirtualProtect(start, bytes, ExecuteRead, &before) != 0;
    }

    /// <inheritdoc/>
    public void Free(byte* start, nuint bytes) => _ = VirtualFree(start, 0, Release);

    [LibraryImport("kernel32")]
    private static partial byte* VirtualAlloc(void* address, nuint bytes, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(byte* start, nuint bytes, uint protection, uint* before);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(byte* start, nuint bytes, uint type);
}
