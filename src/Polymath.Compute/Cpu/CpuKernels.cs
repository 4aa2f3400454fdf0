using Polymath.Compute.Cpu.Generated;

namespace Polymath.Compute.Cpu;

/// <summary>The kernels on the processor's vector units, shared out over a team of threads.</summary>
public abstract class CpuKernels : Kernels
{
    private protected CpuKernels()
    {
    }

    /// <summary>The bytes of native memory that the kernels hold; grows to the largest need seen.</summary>
    public abstract long ScratchBytes { get; }

    /// <summary>Whether products with quantised weights round their other operand to 8 bits, blocks of 32 by a scale.</summary>
    public abstract bool QuantisesActivations { get; }

    /// <summary>Creates the kernels for an instruction set.</summary>
    /// <param name="instructionSet">Which; one that this machine has.</param>
    /// <param name="threadCount">The threads, the caller's included.</param>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instruction set.</exception>
    public static CpuKernels Create(InstructionSet instructionSet, int threadCount) =>
        Create(instructionSet, threadCount, ExecutableMemory.SystemPages);

    /// <summary>Creates the kernels with code pages of one's own choice.</summary>
    /// <param name="instructionSet">Which; one that this machine has.</param>
    /// <param name="threadCount">The threads, the caller's included.</param>
    /// <param name="pages">Where generated routines go; where it refuses, kernels compiled by the runtime do the work.</param>
    internal static CpuKernels Create(InstructionSet instructionSet, int threadCount, ICodePages pages)
    {
        if (!InstructionSets.IsSupported(instructionSet))
        {
            throw new PlatformNotSupportedException(
                $"this machine has no {InstructionSets.NameOf(instructionSet)} instructions");
        }

        return instructionSet switch
        {
            InstructionSet.Avx512 or InstructionSet.Avx512Bf16 =>
                new CpuKernels<Simd512>(instructionSet, threadCount, pages),
            InstructionSet.Avx2 => new CpuKernels<Simd256>(instructionSet, threadCount, pages),
            _ => new CpuKernels<SimdPortable>(instructionSet, threadCount, pages),
        };
    }
}
