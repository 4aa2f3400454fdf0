using Polymath.Compute.Cpu;

namespace Polymath.Cli;

/// <summary>The kernels of the command, and how many threads an option means.</summary>
internal static class KernelChoice
{
    /// <summary>Creates the kernels: the best that the machine has, unless the environment forces others.</summary>
    /// <param name="threadCount">Threads; 0: all cores.</param>
    public static CpuKernels Create(int threadCount) =>
        CpuKernels.Create(InstructionSets.Chosen, ThreadCount(threadCount));

    /// <summary>The number of threads that is meant.</summary>
    /// <param name="threadCount">Threads; 0: all cores.</param>
    public static int ThreadCount(int threadCount) => threadCount > 0 ? threadCount : Environment.ProcessorCount;
}
