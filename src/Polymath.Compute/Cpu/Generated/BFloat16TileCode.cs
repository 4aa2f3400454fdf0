using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Generates tiles of outer products with vdpbf16ps, which adds the two products of a pair to an fp32 sum: eight rows
/// and up to three vectors of columns, as their 24 sums, three vectors of B and four of A fit the 32 registers.
/// </summary>
internal static class BFloat16TileCode
{
    /// <summary>The rows of a tile.</summary>
    public const int Rows = 8;

    /// <summary>The rows of a panel of A: a whole vector, which is what packing writes at once.</summary>
    public const int PanelRows = 16;

    /// <summary>The most vectors of columns of a tile.</summary>
    public const int MaxVectors = 3;

    private const int VectorBytes = 64, Unrolled = 4, PairBytes = sizeof(uint);

    // C is asked for 128 pairs, a microsecond, before it is needed. Earlier, the first cache would have given it away
    // to B by then; measured on products larger than the caches: 1 to 2 %.
    private const int LastSteps = 32;

    /// <summary>The code of a tile; its argument is a <see cref="BFloat16Tile"/>.</summary>
    /// <param name="form">What it is for.</param>
    /// <param name="forWindows">Whose calling convention.</param>
    public static byte[] Generate(BFloat16TileForm form, bool forWindows) => RoutineBuilder.Assemble(
        assembler =>
        {
            ClearSums(assembler, form);
            LoadOperands(assembler, form);
            Sum(assembler, form);
            assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.RowsOffset]);
            assembler.kmovw(k1, __dword_ptr[rax + BFloat16Tile.ColumnMaskOffset]);
            AddEarlierSums(assembler, form);
            AddBias(assembler, form);
            Store(assembler, form);
        },
        BFloat16Tile.KeptOffset,
        forWindows);

    private static AssemblerRegisterZMM SumOf(BFloat16TileForm form, int row, int vector) =>
        RoutineBuilder.Vectors[(row * form.Vectors) + vector];

    private static AssemblerRegisterZMM OfB(BFloat16TileForm form, int vector) =>
        RoutineBuilder.Vectors[(Rows * form.Vectors) + vector];

    private static bool IsCut(BFloat16TileForm form, int vector) => form.IsMasked && vector == form.Vectors - 1;

    private static void ClearSums(Assembler assembler, BFloat16TileForm form)
    {
        for (int index = 0; index < Rows * form.Vectors; index++)
        {
            AssemblerRegisterZMM sum = RoutineBuilder.Vectors[index];
            assembler.vpxord(sum, sum, sum);
        }
    }

    // Rows of A that lie as they are: r8 is at row 0, r11 at row 5, rcx and rdx hold one and three times their distance.
    private static void LoadOperands(Assembler assembler, BFloat16TileForm form)
    {
        assembler.mov(r8, __qword_ptr[rax + BFloat16Tile.AOffset]);
        assembler.mov(r9, __qword_ptr[rax + BFloat16Tile.BOffset]);
        if (form.ReadsRows)
        {
            assembler.mov(rcx, __qword_ptr[rax + BFloat16Tile.ARowBytesOffset]);
            assembler.lea(rdx, __[rcx + (rcx * 2)]);
            assembler.lea(r11, __[rcx + (rcx * 4)]);
            assembler.add(r11, r8);
        }
    }

    private static AssemblerMemoryOperand PairOfRow(int row, int offset) => row switch
    {
        0 => __dword_ptr[r8 + offset],
        1 => __dword_ptr[r8 + rcx + offset],
        2 => __dword_ptr[r8 + (rcx * 2) + offset],
        3 => __dword_ptr[r8 + rdx + offset],
        4 => __dword_ptr[r8 + (rcx * 4) + offset],
        5 => __dword_ptr[r11 + offset],
        6 => __dword_ptr[r8 + (rdx * 2) + offset],
        _ => __dword_ptr[r11 + (rcx * 2) + offset],
    };

    private static void Sum(Assembler assembler, BFloat16TileForm form)
    {
        Label last = assembler.CreateLabel(), rest = assembler.CreateLabel();
        Label restLoop = assembler.CreateLabel(), done = assembler.CreateLabel();
        assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.PairsOffset]);
        assembler.shr(r10, 2);
        assembler.jz(rest);
        assembler.mov(__qword_ptr[rax + BFloat16Tile.StepsOffset], r10);
        assembler.sub(__qword_ptr[rax + BFloat16Tile.StepsOffset], LastSteps);
        assembler.jle(last);
        SumSteps(assembler, form);
        assembler.Label(ref last);
        AskForC(assembler, form);
        assembler.add(__qword_ptr[rax + BFloat16Tile.StepsOffset], LastSteps);
        SumSteps(assembler, form);
        assembler.Label(ref rest);
        assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.PairsOffset]);
        assembler.and(r10, Unrolled - 1);
        assembler.jz(done);
        assembler.Label(ref restLoop);
        AddPairs(assembler, form, 1);
        assembler.dec(r10);
        assembler.jnz(restLoop);
        assembler.Label(ref done);
    }

    // As many steps as are counted, each with a row of what comes next asked for.
    private static void SumSteps(Assembler assembler, BFloat16TileForm form)
    {
        Label loop = assembler.CreateLabel();
        assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.NextOffset]);
        assembler.Label(ref loop);
        for (int line = 0; line < BFloat16Tile.NextLines; line++)
        {
            assembler.prefetcht1(__byte_ptr[r10 + (line * VectorBytes)]);
        }

        assembler.add(r10, __qword_ptr[rax + BFloat16Tile.NextRowBytesOffset]);
        AddPairs(assembler, form, Unrolled);
        assembler.dec(__qword_ptr[rax + BFloat16Tile.StepsOffset]);
        assembler.jnz(loop);
        assembler.mov(__qword_ptr[rax + BFloat16Tile.NextOffset], r10);
    }

    private static void AskForC(Assembler assembler, BFloat16TileForm form)
    {
        assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.COffset]);
        int lineCount = form.WritesBFloat16 ? (form.Vectors + 1) / 2 : form.Vectors;
        for (int row = 0; row < Rows; row++)
        {
            for (int line = 0; line < lineCount; line++)
            {
                assembler.prefetcht0(__byte_ptr[r10 + (line * VectorBytes)]);
            }

            assembler.add(r10, __qword_ptr[rax + BFloat16Tile.CRowBytesOffset]);
        }
    }

    private static void AddPairs(Assembler assembler, BFloat16TileForm form, int count)
    {
        int vectors = form.Vectors;
        for (int pair = 0; pair < count; pair++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                assembler.vmovups(
                    OfB(form, vector), __zmmword_ptr[r9 + (((pair * vectors) + vector) * VectorBytes)]);
            }

            for (int row = 0; row < Rows; row++)
            {
                AssemblerRegisterZMM ofA = RoutineBuilder.Vectors[28 + (row % 4)];
                assembler.vbroadcastss(
                    ofA,
                    form.ReadsRows
                        ? PairOfRow(row, pair * PairBytes)
                        : __dword_ptr[r8 + (((pair * PanelRows) + row) * PairBytes)]);
                for (int vector = 0; vector < vectors; vector++)
                {
                    assembler.vdpbf16ps(SumOf(form, row, vector), ofA, OfB(form, vector));
                }
            }
        }

        int step = count * PairBytes * (form.ReadsRows ? 1 : PanelRows);
        assembler.add(r8, step);
        if (form.ReadsRows)
        {
            assembler.add(r11, step);
        }

        assembler.add(r9, count * vectors * VectorBytes);
    }

    private static void AddEarlierSums(Assembler assembler, BFloat16TileForm form)
    {
        Label done = assembler.CreateLabel();
        assembler.mov(r11, __qword_ptr[rax + BFloat16Tile.SumsOffset]);
        assembler.test(r11, r11);
        assembler.jz(done);
        assembler.mov(rcx, __qword_ptr[rax + BFloat16Tile.SumsRowBytesOffset]);
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < form.Vectors; vector++)
            {
                AssemblerRegisterZMM sum = SumOf(form, row, vector);
                assembler.vaddps(
                    IsCut(form, vector) ? sum.k1 : sum, sum, __zmmword_ptr[r11 + (vector * VectorBytes)]);
            }

            GoOn(assembler, row, r11, done);
        }

        assembler.Label(ref done);
    }

    private static void AddBias(Assembler assembler, BFloat16TileForm form)
    {
        Label done = assembler.CreateLabel();
        assembler.mov(r8, __qword_ptr[rax + BFloat16Tile.BiasOffset]);
        assembler.test(r8, r8);
        assembler.jz(done);
        for (int vector = 0; vector < form.Vectors; vector++)
        {
            AssemblerRegisterZMM bias = OfB(form, vector);
            assembler.vmovups(
                IsCut(form, vector) ? bias.k1.z : bias, __zmmword_ptr[r8 + (vector * VectorBytes)]);
            for (int row = 0; row < Rows; row++)
            {
                AssemblerRegisterZMM sum = SumOf(form, row, vector);
                assembler.vaddps(sum, sum, bias);
            }
        }

        assembler.Label(ref done);
    }

    private static void Store(Assembler assembler, BFloat16TileForm form)
    {
        Label done = assembler.CreateLabel();
        assembler.mov(rdx, __qword_ptr[rax + BFloat16Tile.COffset]);
        assembler.mov(rcx, __qword_ptr[rax + BFloat16Tile.CRowBytesOffset]);
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < form.Vectors; vector++)
            {
                if (form.WritesBFloat16)
                {
                    StoreRounded(assembler, form, row, vector);
                }
                else
                {
                    AssemblerMemoryOperand c = __zmmword_ptr[rdx + (vector * VectorBytes)];
                    assembler.vmovups(IsCut(form, vector) ? c.k1 : c, SumOf(form, row, vector));
                }
            }

            GoOn(assembler, row, rdx, done);
        }

        assembler.Label(ref done);
    }

    private static void StoreRounded(Assembler assembler, BFloat16TileForm form, int row, int vector)
    {
        AssemblerRegisterYMM rounded = RoutineBuilder.HalfVectors[(row * form.Vectors) + vector];
        assembler.vcvtneps2bf16(rounded, SumOf(form, row, vector));
        AssemblerMemoryOperand c = __ymmword_ptr[rdx + (vector * VectorBytes / 2)];
        assembler.vmovdqu16(IsCut(form, vector) ? c.k1 : c, rounded);
    }

    // To the next row, or out where there is none.
    private static void GoOn(Assembler assembler, int row, AssemblerRegister64 pointer, Label done)
    {
        if (row < Rows - 1)
        {
            assembler.cmp(r10, row + 1);
            assembler.je(done);
            assembler.add(pointer, rcx);
        }
    }
}
