using System.Runtime.Intrinsics.X86;
using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Which level this processor has, asked of it directly: a program compiled ahead of time for the baseline is told by
/// the runtime that there is nothing beyond its baseline.
/// </summary>
public static unsafe class ProcessorLevels
{
    // Bits of CPUID (Intel's manual, volume 2): leaf 1 ECX, leaf 7 EBX, leaf 80000001h ECX.
    private const int V3OfLeaf1 = (1 << 0) | (1 << 9) | (1 << 12) | (1 << 13) | (1 << 19) | (1 << 20) | (1 << 22)
        | (1 << 23) | (1 << 27) | (1 << 28) | (1 << 29);

    private const int V3OfLeaf7 = (1 << 3) | (1 << 5) | (1 << 8);
    private const int V3OfExtendedLeaf1 = (1 << 0) | (1 << 5);
    private const int V4OfLeaf7 = (1 << 16) | (1 << 17) | (1 << 28) | (1 << 30) | (1 << 31);
    private const int SavesVectorStates = 1 << 27;

    // Bits of the extended control register 0: which registers the system keeps for every thread.
    private const ulong KeepsYmm = 0x06, KeepsZmm = 0xE6;

    /// <summary>The level of this processor under this system.</summary>
    public static ProcessorLevel Current { get; } = Detect();

    /// <summary>The name that compilers use.</summary>
    public static string NameOf(ProcessorLevel level) => level switch
    {
        ProcessorLevel.Baseline => "x86-64",
        ProcessorLevel.V3 => "x86-64-v3",
        ProcessorLevel.V4 => "x86-64-v4",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "unknown level"),
    };

    /// <summary>The level of that name; null where there is none.</summary>
    public static ProcessorLevel? Find(string name)
    {
        foreach (ProcessorLevel level in Enum.GetValues<ProcessorLevel>())
        {
            if (NameOf(level) == name)
            {
                return level;
            }
        }

        return null;
    }

    private static ProcessorLevel Detect()
    {
        const int Extended = unchecked((int)0x80000000);
        if (!X86Base.IsSupported || !X86Base.X64.IsSupported || X86Base.CpuId(0, 0).Eax < 7
            || (uint)X86Base.CpuId(Extended, 0).Eax < 0x80000001)
        {
            return ProcessorLevel.Baseline;
        }

        int leaf1 = X86Base.CpuId(1, 0).Ecx, leaf7 = X86Base.CpuId(7, 0).Ebx;
        bool isV3 = Has(leaf1, V3OfLeaf1) && Has(leaf7, V3OfLeaf7)
            && Has(X86Base.CpuId(Extended | 1, 0).Ecx, V3OfExtendedLeaf1);
        ulong kept = isV3 && Has(leaf1, SavesVectorStates) ? KeptStates() : 0;
        return (kept & KeepsYmm) != KeepsYmm ? ProcessorLevel.Baseline
            : Has(leaf7, V4OfLeaf7) && (kept & KeepsZmm) == KeepsZmm ? ProcessorLevel.V4
            : ProcessorLevel.V3;
    }

    private static bool Has(int found, int wanted) => (found & wanted) == wanted;

    // No interface of the runtime reads the register, so an instruction of our own does; refused, it counts as empty.
    private static ulong KeptStates()
    {
        // xor ecx, ecx; xgetbv; shl rdx, 32; or rax, rdx; ret
        using var code = ExecutableMemory.TryCreate(
            ExecutableMemory.SystemPages,
            [0x31, 0xC9, 0x0F, 0x01, 0xD0, 0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0, 0xC3]);
        return code is null ? 0 : ((delegate* unmanaged<ulong>)code.Start)();
    }
}
