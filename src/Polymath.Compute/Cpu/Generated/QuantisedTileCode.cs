using Iced.Intel;
using Polymath.Compute.Cpu.PackedProducts;
using static Iced.Intel.AssemblerRegisters;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Generates tiles of vpdpbusd, which adds four products of bytes to each of 16 sums: 32 rows of weights in two vectors,
/// and one or six rows of x. The bytes of weights are without a sign, shifted by a zero point; the integer sums of a
/// block begin with what the shift adds, negated, and are exact. Then they are scaled into fp32 sums.
/// </summary>
internal sealed class QuantisedTileCode
{
    /// <summary>The most rows of x: their 12 integer and 12 fp32 sums leave eight registers.</summary>
    public const int MaxTokens = 6;

    private const int VectorBytes = 64, Steps = EightBitRows.BlockElements / PackedLayout.QuadBytes;

    private readonly Assembler _assembler;
    private readonly QuantisedSource _source;
    private readonly int _tokens;

    private QuantisedTileCode(Assembler assembler, QuantisedSource source, int tokens)
    {
        _assembler = assembler;
        _source = source;
        _tokens = tokens;
    }

    private static AssemblerRegisterZMM FirstWeights => zmm24;

    private static AssemblerRegisterZMM SecondWeights => zmm25;

    private static AssemblerRegisterZMM LowBits => zmm31;

    private int BlockBytes => _source switch
    {
        QuantisedSource.EightBits => PackedLayout.Of(WeightFormat.Q8_0).BlockBytes,
        QuantisedSource.FourBits => PackedLayout.Of(WeightFormat.Q4_0).BlockBytes,
        _ => PanelExpansion.BlockBytes,
    };

    // Behind the scales; what is expanded has two for each row.
    private int QuantsOffset => _source is QuantisedSource.EightBits or QuantisedSource.FourBits
        ? VectorBytes
        : PanelExpansion.QuantsOffset;

    private int ZeroPointBits => _source == QuantisedSource.FourBits ? 3 : 7;

    /// <summary>The code of a tile; its argument is a <see cref="QuantisedTile"/>.</summary>
    /// <param name="source">What the weights are.</param>
    /// <param name="tokens">The rows of x, at most <see cref="MaxTokens"/>.</param>
    /// <param name="forWindows">Whose calling convention.</param>
    public static byte[] Generate(QuantisedSource source, int tokens, bool forWindows) => RoutineBuilder.Assemble(
        assembler => new QuantisedTileCode(assembler, source, tokens).Write(), QuantisedTile.KeptOffset, forWindows);

    private static AssemblerRegisterZMM Integers(int token, int vector) =>
        RoutineBuilder.Vectors[(2 * token) + vector];

    private static AssemblerRegisterZMM Sums(int token, int vector) =>
        RoutineBuilder.Vectors[(2 * MaxTokens) + (2 * token) + vector];

    private void Write()
    {
        Begin();
        Label loop = _assembler.CreateLabel();
        _assembler.Label(ref loop);
        AddBlock();
        _assembler.add(r8, BlockBytes);
        _assembler.add(r9, EightBitRows.BytesPerBlock * _tokens);
        _assembler.dec(r10);
        _assembler.jnz(loop);
        Store();
    }

    private void Begin()
    {
        _assembler.mov(r11d, __dword_ptr[rax + QuantisedTile.MaskOffset]);
        _assembler.kmovd(k1, r11d);
        _assembler.shr(r11d, 16);
        _assembler.kmovd(k2, r11d);
        if (_source == QuantisedSource.FourBits)
        {
            _assembler.mov(r11d, 0x0F0F_0F0F);
            _assembler.vpbroadcastd(LowBits, r11d);
        }

        Label start = _assembler.CreateLabel();
        for (int vector = 0; vector < 2; vector++)
        {
            _assembler.vpxord(Sums(0, vector), Sums(0, vector), Sums(0, vector));
        }

        _assembler.mov(r11, __qword_ptr[rax + QuantisedTile.BiasOffset]);
        _assembler.test(r11, r11);
        _assembler.jz(start);
        _assembler.vmovups(Sums(0, 0).k1.z, __zmmword_ptr[r11]);
        _assembler.vmovups(Sums(0, 1).k2.z, __zmmword_ptr[r11 + VectorBytes]);
        _assembler.Label(ref start);
        _assembler.mov(r8, __qword_ptr[rax + QuantisedTile.WeightsOffset]);
        _assembler.mov(r9, __qword_ptr[rax + QuantisedTile.RowsOffset]);
        _assembler.mov(r10, __qword_ptr[rax + QuantisedTile.BlocksOffset]);
        for (int token = 1; token < _tokens; token++)
        {
            _assembler.vmovaps(Sums(token, 0), Sums(0, 0));
            _assembler.vmovaps(Sums(token, 1), Sums(0, 1));
        }
    }

    private void AddBlock()
    {
        // Nothing is asked for ahead: a panel is read in sequence, and the hardware's own reading ahead, which such
        // requests disturb, came to 24 GB/s of 27 where with them it was 18 (one core of a Zen 4).
        if (_source == QuantisedSource.FourBits && _tokens == 1)
        {
            AddFourBitRow();
        }
        else if (_source == QuantisedSource.WithTwoScales)
        {
            AddPart(0, Steps / 2, EightBitRows.FirstSumField, scaleOffset: 0);
            AddPart(Steps / 2, Steps, EightBitRows.SecondSumField, scaleOffset: PackedLayout.StepBytes);
        }
        else
        {
            AddPart(0, Steps, EightBitRows.SumField, scaleOffset: 0);
        }
    }

    private void AddPart(int firstStep, int endStep, int sumField, int scaleOffset)
    {
        for (int token = 0; token < _tokens; token++)
        {
            _assembler.vpslld(Integers(token, 0), DwordOfRows(sumField, token), (byte)ZeroPointBits);
            _assembler.vmovdqa64(Integers(token, 1), Integers(token, 0));
        }

        for (int step = firstStep; step < endStep; step++)
        {
            LoadWeights(step);
            for (int token = 0; token < _tokens; token++)
            {
                AssemblerRegisterZMM quad = RoutineBuilder.Vectors[26 + (token % 3)];
                int offset = ((step * _tokens) + token) * PackedLayout.QuadBytes;
                _assembler.vpbroadcastd(quad, __dword_ptr[r9 + offset]);
                _assembler.vpdpbusd(Integers(token, 0), FirstWeights, quad);
                _assembler.vpdpbusd(Integers(token, 1), SecondWeights, quad);
            }
        }

        Scale(scaleOffset);
    }

    // A single row waits for memory: every line is read once and in order, which brought 19 GB/s where halves of bytes that
    // were read one after the other brought 16 (one core of a Zen 4).
    private void AddFourBitRow()
    {
        AssemblerRegisterZMM[] scales = [zmm14, zmm15], high = [zmm2, zmm3], low = [FirstWeights, SecondWeights];
        AssemblerRegisterZMM[] quants = RoutineBuilder.Vectors[16..24];
        for (int vector = 0; vector < 2; vector++)
        {
            _assembler.vcvtph2ps(scales[vector], __ymmword_ptr[r8 + (vector * VectorBytes / 2)]);
        }

        for (int index = 0; index < quants.Length; index++)
        {
            _assembler.vmovdqu64(quants[index], __zmmword_ptr[r8 + QuantsOffset + (index * VectorBytes)]);
        }

        for (int vector = 0; vector < 2; vector++)
        {
            _assembler.vpslld(Integers(0, vector), DwordOfRows(EightBitRows.SumField, 0), (byte)ZeroPointBits);
            _assembler.vpxord(high[vector], high[vector], high[vector]);
        }

        for (int step = 0; step < Steps / 2; step++)
        {
            _assembler.vpbroadcastd(zmm26, __dword_ptr[r9 + (step * PackedLayout.QuadBytes)]);
            _assembler.vpbroadcastd(zmm27, __dword_ptr[r9 + ((step + (Steps / 2)) * PackedLayout.QuadBytes)]);
            for (int vector = 0; vector < 2; vector++)
            {
                AssemblerRegisterZMM both = quants[(2 * step) + vector];
                _assembler.vpandd(low[vector], both, LowBits);
                _assembler.vpdpbusd(Integers(0, vector), low[vector], zmm26);

                // The upper halves stay where they are, as 16 times their numbers: the sum is shifted back once.
                _assembler.vpandnd(both, LowBits, both);
                _assembler.vpdpbusd(high[vector], both, zmm27);
            }
        }

        _assembler.vbroadcastss(zmm26, DwordPointer(EightBitRows.ScaleField, 0));
        for (int vector = 0; vector < 2; vector++)
        {
            _assembler.vpsrad(high[vector], high[vector], 4);
            _assembler.vpaddd(Integers(0, vector), Integers(0, vector), high[vector]);
            _assembler.vmulps(scales[vector], zmm26, scales[vector]);
            _assembler.vcvtdq2ps(Integers(0, vector), Integers(0, vector));
            _assembler.vfmadd231ps(Sums(0, vector), Integers(0, vector), scales[vector]);
        }
    }

    private void LoadWeights(int step)
    {
        if (_source != QuantisedSource.FourBits)
        {
            int offset = QuantsOffset + (step * PackedLayout.StepBytes);
            _assembler.vmovdqu64(FirstWeights, __zmmword_ptr[r8 + offset]);
            _assembler.vmovdqu64(SecondWeights, __zmmword_ptr[r8 + offset + VectorBytes]);
            return;
        }

        // The lower halves of the bytes are the first four steps, the upper halves the others.
        int start = QuantsOffset + (step % (Steps / 2) * PackedLayout.StepBytes);
        if (step < Steps / 2)
        {
            _assembler.vpandd(FirstWeights, LowBits, __zmmword_ptr[r8 + start]);
            _assembler.vpandd(SecondWeights, LowBits, __zmmword_ptr[r8 + start + VectorBytes]);
        }
        else
        {
            _assembler.vpsrlw(FirstWeights, __zmmword_ptr[r8 + start], 4);
            _assembler.vpsrlw(SecondWeights, __zmmword_ptr[r8 + start + VectorBytes], 4);
            _assembler.vpandd(FirstWeights, FirstWeights, LowBits);
            _assembler.vpandd(SecondWeights, SecondWeights, LowBits);
        }
    }

    private void Scale(int scaleOffset)
    {
        AssemblerRegisterZMM[] scales = [FirstWeights, SecondWeights];
        for (int vector = 0; vector < 2; vector++)
        {
            if (QuantsOffset == VectorBytes)
            {
                _assembler.vcvtph2ps(scales[vector], __ymmword_ptr[r8 + (vector * VectorBytes / 2)]);
            }
            else
            {
                _assembler.vmovups(scales[vector], __zmmword_ptr[r8 + scaleOffset + (vector * VectorBytes)]);
            }
        }

        for (int token = 0; token < _tokens; token++)
        {
            _assembler.vbroadcastss(zmm26, DwordPointer(EightBitRows.ScaleField, token));
            for (int vector = 0; vector < 2; vector++)
            {
                AssemblerRegisterZMM scale = RoutineBuilder.Vectors[27 + vector];
                _assembler.vmulps(scale, zmm26, scales[vector]);
                _assembler.vcvtdq2ps(Integers(token, vector), Integers(token, vector));
                _assembler.vfmadd231ps(Sums(token, vector), Integers(token, vector), scale);
            }
        }

        if (_source == QuantisedSource.WithMinima)
        {
            SubtractMinima();
        }
    }

    private void SubtractMinima()
    {
        _assembler.vmovups(FirstWeights, __zmmword_ptr[r8 + PackedLayout.StepBytes]);
        _assembler.vmovups(SecondWeights, __zmmword_ptr[r8 + PackedLayout.StepBytes + VectorBytes]);
        for (int token = 0; token < _tokens; token++)
        {
            _assembler.vbroadcastss(zmm26, DwordPointer(EightBitRows.ScaledSumField, token));
            _assembler.vfnmadd231ps(Sums(token, 0), FirstWeights, zmm26);
            _assembler.vfnmadd231ps(Sums(token, 1), SecondWeights, zmm26);
        }
    }

    private void Store()
    {
        Label done = _assembler.CreateLabel();
        _assembler.mov(rdx, __qword_ptr[rax + QuantisedTile.YOffset]);
        _assembler.mov(rcx, __qword_ptr[rax + QuantisedTile.YRowBytesOffset]);
        _assembler.mov(r10, __qword_ptr[rax + QuantisedTile.TokensOffset]);
        for (int token = 0; token < _tokens; token++)
        {
            _assembler.vmovups(__zmmword_ptr[rdx].k1, Sums(token, 0));
            _assembler.vmovups(__zmmword_ptr[rdx + VectorBytes].k2, Sums(token, 1));
            if (token < _tokens - 1)
            {
                _assembler.cmp(r10, token + 1);
                _assembler.je(done);
                _assembler.add(rdx, rcx);
            }
        }

        _assembler.Label(ref done);
    }

    private int OffsetOfRows(int field, int token) =>
        (EightBitRows.BlockElements * _tokens) + (((field * _tokens) + token) * sizeof(int));

    private AssemblerMemoryOperand DwordPointer(int field, int token) => __dword_ptr[r9 + OffsetOfRows(field, token)];

    private AssemblerMemoryOperand DwordOfRows(int field, int token) => __dword_bcst[r9 + OffsetOfRows(field, token)];
}
