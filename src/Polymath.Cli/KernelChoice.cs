using Polymath.Compute.Cpu;

namespace Polymath.Cli;

/// <summary>Chooses the kernels: the best that the machine has, unless the environment forces others.</summary>
internal static class KernelChoice
{
    /// <summary>The instruction set.</summary>
    public static InstructionSet InstructionSet =>
        InstructionSets.Parse(Environment.GetEnvironmentVariable(InstructionSets.VariableName));

    /// <summary>Creates the kernels.</summary>
    /// <param name="threadCount">Threads; 0: all cores.</param>
    public static CpuKernels Create(int threadCount) => CpuKernels.Create(InstructionSet, ThreadCount(threadCount));

    /// <summary>The number of threads that is meant.</summary>
    /// <param name="threadCount">Threads; 0: all cores.</param>
    public static int ThreadCount(int threadCount) => threadCount > 0 ? threadCount : Environment.ProcessorCount;
}
