using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Generates the packing of fp32 or bf16 into panels of bf16 pairs. vcvtne2ps2bf16 rounds to the nearest, ties to even, keeps
/// infinities and NaN, and takes subnormal numbers for zero. The arguments are a <see cref="PanelPart"/>.
/// </summary>
internal static class PackingCode
{
    /// <summary>The lines of a vector, and the pairs of a block.</summary>
    public const int Lines = 16;

    private const int VectorBytes = 64;

    private static readonly AssemblerRegisterZMM[] Registers = RoutineBuilder.Vectors;

    /// <summary>
    /// The code that packs lines which lie side by side: the rows of k and k + 1 are interleaved, a vector of lines
    /// through all pairs, then the next.
    /// </summary>
    /// <param name="fromBFloat16">Whether the lines are bf16 already.</param>
    /// <param name="forWindows">Whose calling convention.</param>
    public static byte[] GenerateInterleaving(bool fromBFloat16, bool forWindows) => RoutineBuilder.Assemble(
        assembler =>
        {
            Label pairLoop = assembler.CreateLabel(), vectorLoop = assembler.CreateLabel();
            Label table = assembler.CreateLabel(), done = assembler.CreateLabel();
            LoadArguments(assembler);
            assembler.vmovups(zmm31, __zmmword_ptr[table]);
            assembler.Label(ref vectorLoop);
            assembler.mov(rdx, r8);
            assembler.mov(r11, r9);
            assembler.mov(r10, __qword_ptr[rax + PanelPart.CountOffset]);
            assembler.Label(ref pairLoop);
            JoinRows(assembler, fromBFloat16);
            assembler.vmovups(__zmmword_ptr[r11], zmm0);
            assembler.lea(rdx, __[rdx + (rcx * 2)]);
            assembler.add(r11, __qword_ptr[rax + PanelPart.PanelRowBytesOffset]);
            assembler.dec(r10);
            assembler.jnz(pairLoop);
            assembler.add(r8, fromBFloat16 ? VectorBytes / 2 : VectorBytes);
            assembler.add(r9, __qword_ptr[rax + PanelPart.VectorStepOffset]);
            assembler.dec(__qword_ptr[rax + PanelPart.VectorsOffset]);
            assembler.jnz(vectorLoop);
            assembler.jmp(done);

            // Of each line, the word of the first row, then that of the second.
            assembler.Label(ref table);
            for (int line = 0; line < Lines; line++)
            {
                assembler.dw((ushort)line, (ushort)(line + Lines));
            }

            assembler.Label(ref done);
        },
        PanelPart.KeptOffset,
        forWindows);

    /// <summary>
    /// The code that packs 16 lines which are contiguous along the depth: 32 elements of a line are 16 pairs, and 16 x 16
    /// pairs are transposed in registers.
    /// </summary>
    /// <param name="fromBFloat16">Whether the lines are bf16 already.</param>
    /// <param name="forWindows">Whose calling convention.</param>
    public static byte[] GenerateTransposition(bool fromBFloat16, bool forWindows) => RoutineBuilder.Assemble(
        assembler =>
        {
            Label blockLoop = assembler.CreateLabel();
            LoadArguments(assembler);
            assembler.xor(r10d, r10d);
            assembler.Label(ref blockLoop);
            LoadLines(assembler, fromBFloat16);
            TransposeWithinLanes(assembler);
            TransposeLanes(assembler);
            assembler.mov(rdx, __qword_ptr[rax + PanelPart.PanelRowBytesOffset]);
            for (int pair = 0; pair < Lines; pair++)
            {
                assembler.vmovups(__zmmword_ptr[r9], Registers[pair]);
                assembler.add(r9, rdx);
            }

            assembler.add(r8, fromBFloat16 ? VectorBytes : 2 * VectorBytes);
            assembler.dec(__qword_ptr[rax + PanelPart.CountOffset]);
            assembler.jnz(blockLoop);
        },
        PanelPart.KeptOffset,
        forWindows);

    private static void LoadArguments(Assembler assembler)
    {
        assembler.mov(r8, __qword_ptr[rax + PanelPart.SourceOffset]);
        assembler.mov(rcx, __qword_ptr[rax + PanelPart.SourceRowBytesOffset]);
        assembler.mov(r9, __qword_ptr[rax + PanelPart.PanelOffset]);
        assembler.kmovd(k1, __dword_ptr[rax + PanelPart.FirstMaskOffset]);
        assembler.kmovd(k2, __dword_ptr[rax + PanelPart.SecondMaskOffset]);
    }

    // zmm0 becomes the pairs of 16 lines whose first k are at rdx and whose second are rcx bytes behind.
    private static void JoinRows(Assembler assembler, bool fromBFloat16)
    {
        if (fromBFloat16)
        {
            assembler.vpmovzxwd(zmm0.k1.z, __ymmword_ptr[rdx]);
            assembler.vpmovzxwd(zmm1.k2.z, __ymmword_ptr[rdx + rcx]);
            assembler.vpslld(zmm1, zmm1, 16);
            assembler.vpord(zmm0, zmm0, zmm1);
        }
        else
        {
            assembler.vmovups(zmm0.k1.z, __zmmword_ptr[rdx]);
            assembler.vmovups(zmm1.k2.z, __zmmword_ptr[rdx + rcx]);
            assembler.vcvtne2ps2bf16(zmm0, zmm1, zmm0);
            assembler.vpermw(zmm0, zmm31, zmm0);
        }
    }

    // Register i becomes the pairs of line i; where there are fewer lines, the last is read again.
    private static void LoadLines(Assembler assembler, bool fromBFloat16)
    {
        assembler.mov(r11, r8);
        assembler.mov(rdx, rcx);
        for (int line = 0; line < Lines; line++)
        {
            if (fromBFloat16)
            {
                assembler.vmovdqu16(Registers[line].k1.z, __zmmword_ptr[r11]);
            }
            else
            {
                assembler.vmovups(zmm31.k2.z, __zmmword_ptr[r11 + VectorBytes]);
                assembler.vmovups(zmm30.k1.z, __zmmword_ptr[r11]);
                assembler.vcvtne2ps2bf16(Registers[line], zmm31, zmm30);
            }

            assembler.cmp(__qword_ptr[rax + PanelPart.LinesOffset], line + 1);
            assembler.cmove(rdx, r10);
            assembler.add(r11, rdx);
        }
    }

    // Lane L of register 4g + o becomes column 4L + o of the lines 4g to 4g + 3.
    private static void TransposeWithinLanes(Assembler assembler)
    {
        for (int line = 0; line < Lines; line += 2)
        {
            assembler.vunpcklps(Registers[16 + line], Registers[line], Registers[line + 1]);
            assembler.vunpckhps(Registers[17 + line], Registers[line], Registers[line + 1]);
        }

        for (int group = 0; group < Lines; group += 4)
        {
            assembler.vunpcklpd(Registers[group], Registers[16 + group], Registers[18 + group]);
            assembler.vunpckhpd(Registers[group + 1], Registers[16 + group], Registers[18 + group]);
            assembler.vunpcklpd(Registers[group + 2], Registers[17 + group], Registers[19 + group]);
            assembler.vunpckhpd(Registers[group + 3], Registers[17 + group], Registers[19 + group]);
        }
    }

    // Register c becomes column c of all lines. 0x88 takes the lanes 0 and 2 of both, 0xDD the lanes 1 and 3.
    private static void TransposeLanes(Assembler assembler)
    {
        for (int offset = 0; offset < 4; offset++)
        {
            int to = 16 + (4 * offset);
            assembler.vshuff32x4(Registers[to], Registers[offset], Registers[4 + offset], 0x88);
            assembler.vshuff32x4(Registers[to + 1], Registers[offset], Registers[4 + offset], 0xDD);
            assembler.vshuff32x4(Registers[to + 2], Registers[8 + offset], Registers[12 + offset], 0x88);
            assembler.vshuff32x4(Registers[to + 3], Registers[8 + offset], Registers[12 + offset], 0xDD);
        }

        for (int offset = 0; offset < 4; offset++)
        {
            int from = 16 + (4 * offset);
            assembler.vshuff32x4(Registers[offset], Registers[from], Registers[from + 2], 0x88);
            assembler.vshuff32x4(Registers[offset + 8], Registers[from], Registers[from + 2], 0xDD);
            assembler.vshuff32x4(Registers[offset + 4], Registers[from + 1], Registers[from + 3], 0x88);
            assembler.vshuff32x4(Registers[offset + 12], Registers[from + 1], Registers[from + 3], 0xDD);
        }
    }
}
