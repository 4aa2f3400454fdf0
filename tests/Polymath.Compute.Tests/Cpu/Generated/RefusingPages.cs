using System.Runtime.InteropServices;
using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Tests.Cpu.Generated;

/// <summary>A system that lets nobody execute what he wrote, and may not even give the memory.</summary>
internal sealed unsafe class RefusingPages(bool allocates) : ICodePages
{
    public int Asked { get; private set; }

    public int Allocated { get; private set; }

    public int Freed { get; private set; }

    public byte* Allocate(nuint bytes)
    {
        Asked++;
        Allocated += allocates ? 1 : 0;
        return allocates ? (byte*)NativeMemory.Alloc(bytes) : null;
    }

    public bool MakeExecutable(byte* start, nuint bytes) => false;

    public void Free(byte* start, nuint bytes)
    {
        Freed++;
        NativeMemory.Free(start);
    }
}
