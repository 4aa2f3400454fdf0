using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu;

/// <summary>Which instruction sets this machine has, and the choice of one by name.</summary>
public static class InstructionSets
{
    /// <summary>The environment variable that forces an instruction set.</summary>
    public const string VariableName = "POLYMATH_KERNELS";

    /// <summary>
    /// The one that <see cref="VariableName"/> forces, else the best: what the command and the tests make kernels for.
    /// </summary>
    /// <exception cref="InvalidInputException">The name is unknown, or this machine lacks it.</exception>
    public static InstructionSet Chosen => Parse(Environment.GetEnvironmentVariable(VariableName));

    /// <summary>The best that this machine has.</summary>
    public static InstructionSet Best { get; } =
        IsSupported(InstructionSet.Avx512Bf16) ? InstructionSet.Avx512Bf16
        : IsSupported(InstructionSet.Avx512) ? InstructionSet.Avx512
        : IsSupported(InstructionSet.Avx2) ? InstructionSet.Avx2
        : InstructionSet.Portable;

    /// <summary>What this machine has, best first.</summary>
    public static IReadOnlyList<InstructionSet> Supported { get; } =
        [.. Enum.GetValues<InstructionSet>().Where(IsSupported).OrderDescending()];

    /// <summary>Whether this machine has an instruction set.</summary>
    public static bool IsSupported(InstructionSet set) => set switch
    {
        InstructionSet.Portable => true,
        InstructionSet.Avx2 => Avx2.IsSupported && Fma.IsSupported,

        // The runtime calls 512-bit vectors accelerated where there are F, BW, CD, DQ and VL and they do not throttle.
        InstructionSet.Avx512 => IsSupported(InstructionSet.Avx2)
            && Avx512F.IsSupported && Vector512.IsHardwareAccelerated,
        InstructionSet.Avx512Bf16 => IsSupported(InstructionSet.Avx512)
            && HasBFloat16Instructions() && ExecutableMemory.IsAllowed(ExecutableMemory.SystemPages),
        _ => false,
    };

    /// <summary>The name by which <see cref="Parse"/> knows an instruction set.</summary>
    public static string NameOf(InstructionSet set) => set switch
    {
        InstructionSet.Portable => "portable",
        InstructionSet.Avx2 => "avx2",
        InstructionSet.Avx512 => "avx512",
        InstructionSet.Avx512Bf16 => "avx512bf16",
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "unknown instruction set"),
    };

    /// <summary>
    /// The instruction set that a value of <see cref="VariableName"/> names; null or empty: the best.
    /// </summary>
    /// <exception cref="InvalidInputException">The name is unknown, or this machine lacks it.</exception>
    public static InstructionSet Parse(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Best;
        }

        foreach (InstructionSet set in Supported)
        {
            if (string.Equals(name, NameOf(set), StringComparison.OrdinalIgnoreCase))
            {
                return set;
            }
        }

        string supported = string.Join(", ", Supported.Select(NameOf));
        throw new InvalidInputException($"{VariableName} is '{name}'; this machine supports {supported}");
    }

    // The runtime does not know AVX512_BF16: bit 5 of EAX in subleaf 1 of leaf 7 (Intel's manual, volume 2, CPUID).
    private static bool HasBFloat16Instructions() =>
        X86Base.IsSupported
        && X86Base.CpuId(0, 0).Eax >= 7
        && X86Base.CpuId(7, 0).Eax >= 1
        && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
}
