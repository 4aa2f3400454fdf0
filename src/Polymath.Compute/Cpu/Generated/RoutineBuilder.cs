using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// What every generated routine begins and ends with. A routine takes one pointer, to its arguments, in rdi (System V)
/// or rcx (Windows), keeps it in rax and uses rcx, rdx and r8 to r11 as it likes: both conventions allow that. It leaves
/// the stack alone, so that the systems can unwind it without being told how; what Windows wants kept of xmm6 to xmm15
/// goes to an area behind the arguments.
/// </summary>
internal static class RoutineBuilder
{
    /// <summary>The bytes of the area for kept registers.</summary>
    public const int KeptBytes = KeptCount * 16;

    private const int KeptCount = 10;

    private static readonly AssemblerRegisterXMM[] KeptRegisters =
        [xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    /// <summary>The 512-bit registers by number.</summary>
    public static AssemblerRegisterZMM[] Vectors { get; } =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    /// <summary>The lower halves of <see cref="Vectors"/>, by number.</summary>
    public static AssemblerRegisterYMM[] HalfVectors { get; } =
    [
        ymm0, ymm1, ymm2, ymm3, ymm4, ymm5, ymm6, ymm7, ymm8, ymm9, ymm10, ymm11, ymm12, ymm13, ymm14, ymm15,
        ymm16, ymm17, ymm18, ymm19, ymm20, ymm21, ymm22, ymm23, ymm24, ymm25, ymm26, ymm27, ymm28, ymm29, ymm30, ymm31,
    ];

    /// <summary>Assembles a routine.</summary>
    /// <param name="body">Writes what the routine does, with rax pointing to the arguments.</param>
    /// <param name="keptOffset">Where in the arguments the area for kept registers is.</param>
    /// <param name="forWindows">Whether Windows calls, or a system that follows System V.</param>
    public static byte[] Assemble(Action<Assembler> body, int keptOffset, bool forWindows)
    {
        var assembler = new Assembler(64);
        assembler.mov(rax, forWindows ? rcx : rdi);
        for (int index = 0; forWindows && index < KeptCount; index++)
        {
            assembler.vmovups(__xmmword_ptr[rax + keptOffset + (16 * index)], KeptRegisters[index]);
        }

        body(assembler);
        for (int index = 0; forWindows && index < KeptCount; index++)
        {
            assembler.vmovups(KeptRegisters[index], __xmmword_ptr[rax + keptOffset + (16 * index)]);
        }

        assembler.vzeroupper();
        assembler.ret();
        using var code = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(code), 0);
        return code.ToArray();
    }
}
