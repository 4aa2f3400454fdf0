using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>Generates a loop of vdpbf16ps that touches only registers: what a core can do at most.</summary>
internal static class BFloat16PeakCode
{
    /// <summary>Where the room for kept registers begins.</summary>
    public const int KeptOffset = 16;

    /// <summary>The independent sums: more than two units times their latency of some six cycles.</summary>
    public const int SumCount = 24;

    /// <summary>Adds and multiplies of one round of the loop, both counted.</summary>
    public const int OperationsPerRound = SumCount * 16 * 2 * 2;

    /// <summary>The code; its argument points to the number of rounds, behind which is room for kept registers.</summary>
    public static byte[] Generate(bool forWindows) => RoutineBuilder.Assemble(
        assembler =>
        {
            Label loop = assembler.CreateLabel();
            assembler.mov(r10, __qword_ptr[rax]);
            foreach (AssemblerRegisterZMM register in RoutineBuilder.Vectors)
            {
                assembler.vpxord(register, register, register);
            }

            assembler.Label(ref loop);
            for (int sum = 0; sum < SumCount; sum++)
            {
                assembler.vdpbf16ps(RoutineBuilder.Vectors[sum], zmm30, zmm31);
            }

            assembler.dec(r10);
            assembler.jnz(loop);
        },
        KeptOffset,
        forWindows);
}
