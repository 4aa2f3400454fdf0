namespace Polymath.Compute.Cpu.Generated;

/// <summary>Whole pages of memory that are first written, then executed, and never both at once.</summary>
internal unsafe interface ICodePages
{
    /// <summary>Pages that may be written, or null where the system refuses.</summary>
    byte* Allocate(nuint bytes);

    /// <summary>Makes pages executable and no longer writable; false where the system refuses.</summary>
    bool MakeExecutable(byte* start, nuint bytes);

    /// <summary>Gives pages back.</summary>
    void Free(byte* start, nuint bytes);
}
