namespace Polymath.Compute.Cpu;

/// <summary>The kernels on the processor's vector units, shared out over a team of threads.</summary>
public abstract class CpuKernels : Kernels
{
    private protected CpuKernels()
    {
    }

    /// <summary>The bytes of native memory that the kernels hold; grows to the largest need seen.</summary>
    public abstract long ScratchBytes { get; }

    /// <summary>Creates the kernels for an instruction set.</summary>
    /// <param name="instructionSet">Which; one that this machine has.</param>
    /// <param name="threadCount">The threads, the caller's included.</param>
    /// <exception cref="PlatformNotSupportedException">This machine lacks the instruction set.</exception>
    public static CpuKernels Create(InstructionSet instructionSet, int threadCount)
    {
        if (!InstructionSets.IsSupported(instructionSet))
        {
            throw new PlatformNotSupportedException(
                $"this machine has no {InstructionSets.NameOf(instructionSet)} instructions");
        }

        return instructionSet switch
        {
            InstructionSet.Avx512 or InstructionSet.Avx512Bf16 => new CpuKernels<Simd512>(instructionSet, threadCount),
            InstructionSet.Avx2 => new CpuKernels<Simd256>(instructionSet, threadCount),
            _ => new CpuKernels<SimdPortable>(instructionSet, threadCount),
        };
    }
}
