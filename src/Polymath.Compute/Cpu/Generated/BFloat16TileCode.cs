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

    private const int VectorBytes = 64, Unrolled = 4;

    /// <summary>The code of a tile; its argument is a <see cref="BFloat16Tile"/>.</summary>
    /// <param name="vectors">The vectors of columns.</param>
    /// <param name="masked">Whether the last of them is cut by the column mask.</param>
    /// <param name="forWindows">Whose calling convention.</param>
    public static byte[] Generate(int vectors, bool masked, bool forWindows) => RoutineBuilder.Assemble(
        assembler =>
        {
            Load(assembler, vectors);
            Sum(assembler, vectors);
            assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.RowsOffset]);
            assembler.kmovw(k1, __dword_ptr[rax + BFloat16Tile.ColumnMaskOffset]);
            AddEarlierSums(assembler, vectors, masked);
            AddBias(assembler, vectors, masked);
            Store(assembler, vectors, masked);
        },
        BFloat16Tile.KeptOffset,
        forWindows);

    private static AssemblerRegisterZMM SumOf(int vectors, int row, int vector) =>
        RoutineBuilder.Vectors[(row * vectors) + vector];

    private static AssemblerRegisterZMM OfB(int vectors, int vector) =>
        RoutineBuilder.Vectors[(Rows * vectors) + vector];

    // C is asked for now: the sums are ready a microsecond later.
    private static void Load(Assembler assembler, int vectors)
    {
        assembler.mov(r8, __qword_ptr[rax + BFloat16Tile.AOffset]);
        assembler.mov(r9, __qword_ptr[rax + BFloat16Tile.BOffset]);
        assembler.mov(rdx, __qword_ptr[rax + BFloat16Tile.COffset]);
        assembler.mov(rcx, __qword_ptr[rax + BFloat16Tile.CRowBytesOffset]);
        assembler.mov(r10, __qword_ptr[rax + BFloat16Tile.PairsOffset]);
        assembler.mov(r11, rdx);
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                assembler.prefetcht0(__byte_ptr[r11 + (vector * VectorBytes)]);
                AssemblerRegisterZMM sum = SumOf(vectors, row, vector);
                assembler.vpxord(sum, sum, sum);
            }

            assembler.add(r11, rcx);
        }
    }

    private static void Sum(Assembler assembler, int vectors)
    {
        Label loop = assembler.CreateLabel(), rest = assembler.CreateLabel();
        Label restLoop = assembler.CreateLabel(), done = assembler.CreateLabel();
        assembler.mov(r11, r10);
        assembler.shr(r11, 2);
        assembler.jz(rest);
        assembler.Label(ref loop);
        AddPairs(assembler, vectors, Unrolled);
        assembler.dec(r11);
        assembler.jnz(loop);
        assembler.Label(ref rest);
        assembler.and(r10, Unrolled - 1);
        assembler.jz(done);
        assembler.Label(ref restLoop);
        AddPairs(assembler, vectors, 1);
        assembler.dec(r10);
        assembler.jnz(restLoop);
        assembler.Label(ref done);
    }

    private static void AddPairs(Assembler assembler, int vectors, int count)
    {
        for (int pair = 0; pair < count; pair++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                assembler.vmovups(
                    OfB(vectors, vector), __zmmword_ptr[r9 + (((pair * vectors) + vector) * VectorBytes)]);
            }

            for (int row = 0; row < Rows; row++)
            {
                AssemblerRegisterZMM ofA = RoutineBuilder.Vectors[28 + (row % 4)];
                assembler.vbroadcastss(ofA, __dword_ptr[r8 + (((pair * PanelRows) + row) * sizeof(uint))]);
                for (int vector = 0; vector < vectors; vector++)
                {
                    assembler.vdpbf16ps(SumOf(vectors, row, vector), ofA, OfB(vectors, vector));
                }
            }
        }

        assembler.add(r8, count * PanelRows * sizeof(uint));
        assembler.add(r9, count * vectors * VectorBytes);
    }

    private static void AddEarlierSums(Assembler assembler, int vectors, bool masked)
    {
        Label done = assembler.CreateLabel();
        assembler.cmp(__qword_ptr[rax + BFloat16Tile.AccumulateOffset], 0);
        assembler.je(done);
        assembler.mov(r11, rdx);
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                AssemblerRegisterZMM sum = SumOf(vectors, row, vector);
                bool isCut = masked && vector == vectors - 1;
                assembler.vaddps(isCut ? sum.k1 : sum, sum, __zmmword_ptr[r11 + (vector * VectorBytes)]);
            }

            GoOn(assembler, row, r11, done);
        }

        assembler.Label(ref done);
    }

    private static void AddBias(Assembler assembler, int vectors, bool masked)
    {
        Label done = assembler.CreateLabel();
        assembler.mov(r8, __qword_ptr[rax + BFloat16Tile.BiasOffset]);
        assembler.test(r8, r8);
        assembler.jz(done);
        for (int vector = 0; vector < vectors; vector++)
        {
            AssemblerRegisterZMM bias = OfB(vectors, vector);
            bool isCut = masked && vector == vectors - 1;
            assembler.vmovups(isCut ? bias.k1.z : bias, __zmmword_ptr[r8 + (vector * VectorBytes)]);
            for (int row = 0; row < Rows; row++)
            {
                AssemblerRegisterZMM sum = SumOf(vectors, row, vector);
                assembler.vaddps(sum, sum, bias);
            }
        }

        assembler.Label(ref done);
    }

    private static void Store(Assembler assembler, int vectors, bool masked)
    {
        Label done = assembler.CreateLabel();
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
            {
                AssemblerMemoryOperand c = __zmmword_ptr[rdx + (vector * VectorBytes)];
                bool isCut = masked && vector == vectors - 1;
                assembler.vmovups(isCut ? c.k1 : c, SumOf(vectors, row, vector));
            }

            GoOn(assembler, row, rdx, done);
        }

        assembler.Label(ref done);
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
