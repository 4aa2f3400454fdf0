using CsCheck;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Generated;
using Polymath.Compute.Cpu.MatrixMultiplication;
using Polymath.Compute.Tests.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Tests.Cpu.Generated;

/// <summary>The tests of generated code need a processor that has its instructions.</summary>
public sealed unsafe class BFloat16ProductTests
{
    // Blocks so small that small matrices have several in every direction.
    private static readonly Blocking SmallBlocks = new(
        Depth: 32, TileRows: 16, TileColumns: 48, PackedDepth: 64, PackedElements: 64 * 100, InnerProductRows: 5,
        UnpackedRows: 20, UnpackedElements: 1000, PackedRowColumns: 40);

    private static readonly Gen<(MatrixProduct Product, int M, int N, int K, int Gap, bool Accumulate, bool HasBias)>
        Shapes =
            from product in Gen.Enum<MatrixProduct>()
            from m in Gen.Int[1, 150]
            from n in Gen.OneOf(Gen.Int[1, 220], Gen.Int[1, 13].Select(vectors => 16 * vectors))
            from k in Gen.Int[1, 300]
            from gap in Gen.Int[0, 5]
            from accumulate in Gen.Bool
            from hasBias in Gen.Bool
            select (product, m, n, k, gap, accumulate, hasBias);

    private static readonly Gen<Operands.ElementTypes> Types =
        from a in Gen.Bool.Select(rounded => rounded ? DataType.BFloat16 : DataType.Float32)
        from b in Gen.Bool.Select(rounded => rounded ? DataType.BFloat16 : DataType.Float32)
        from c in Gen.Bool.Select(rounded => rounded ? DataType.BFloat16 : DataType.Float32)
        select new Operands.ElementTypes(a, b, c);

    public static bool IsSupported => InstructionSets.IsSupported(InstructionSet.Avx512Bf16);

    [Fact(SkipUnless = nameof(IsSupported), Skip = "no AVX512-BF16")]
    public void AnyProductEqualsTheSumOfRoundedOperandsInDoublePrecision()
    {
        using var team = new WorkerTeam(1);
        using CpuMatrixMultiplier multiplier = Create(team, SmallBlocks);
        Gen.Select(Shapes, Types).Sample(
            (shape, types) =>
            {
                using Operands operands = Create(shape, types);
                Multiply(multiplier, operands);
                operands.AssertCorrect(ProductPrecision.BFloat16);
            },
            iter: 600, threads: 1);
    }

    [Fact(SkipUnless = nameof(IsSupported), Skip = "no AVX512-BF16")]
    public void TheBitsDoNotDependOnTheNumberOfThreads()
    {
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        using var three = new WorkerTeam(3);
        using CpuMatrixMultiplier alone = Create(one, SmallBlocks);
        using CpuMatrixMultiplier pair = Create(two, SmallBlocks);
        using CpuMatrixMultiplier trio = Create(three, SmallBlocks);
        Gen.Select(Shapes, Types).Sample(
            (shape, types) =>
            {
                using Operands operands = Create(shape, types);
                Multiply(alone, operands);
                byte[] expected = operands.Bits;
                foreach (CpuMatrixMultiplier multiplier in new[] { pair, trio })
                {
                    operands.Reset();
                    Multiply(multiplier, operands);
                    Assert.Equal(expected, operands.Bits);
                }
            },
            iter: 100, threads: 1);
    }

    [Theory(SkipUnless = nameof(IsSupported), Skip = "no AVX512-BF16")]
    [InlineData(MatrixProduct.NT, 100, 130, 1801)]
    [InlineData(MatrixProduct.NT, 1, 1500, 800)]
    [InlineData(MatrixProduct.NN, 768, 65, 384)]
    [InlineData(MatrixProduct.NN, 9, 48, 3500)]
    [InlineData(MatrixProduct.TN, 513, 100, 767)]
    public void LargerProductsInTheBlocksOfUseAreCorrect(MatrixProduct product, int m, int n, int k)
    {
        using var team = new WorkerTeam(2);
        using CpuMatrixMultiplier multiplier = Create(team, Blocking.OfPairs);
        foreach (DataType type in new[] { DataType.Float32, DataType.BFloat16 })
        {
            using var operands = new Operands(
                product, m, n, k, 3, accumulate: type == DataType.Float32, hasBias: true, seed: 7, new(type, type, type));
            Multiply(multiplier, operands);
            operands.AssertCorrect(ProductPrecision.BFloat16);
        }
    }

    [Fact(SkipUnless = nameof(IsSupported), Skip = "no AVX512-BF16")]
    public void ABFloat16ProductIsNeverAddedTo()
    {
        using var team = new WorkerTeam(1);
        using CpuMatrixMultiplier multiplier = Create(team, Blocking.OfPairs);
        using var operands = new Operands(
            MatrixProduct.NT, 8, 16, 32, 0, accumulate: true, hasBias: false, seed: 7,
            new(DataType.BFloat16, DataType.BFloat16, DataType.BFloat16));
        Assert.Throws<ArgumentException>(() => Multiply(multiplier, operands));
    }

    [Fact]
    public void WithoutNativeProductsHalvesAreRefused()
    {
        foreach (InstructionSet set in InstructionSets.Supported.Where(set => set != InstructionSet.Avx512Bf16))
        {
            using var kernels = CpuKernels.Create(set, 1);
            using var operands = new Operands(
                MatrixProduct.NT, 8, 16, 32, 0, accumulate: false, hasBias: false, seed: 7,
                new(DataType.BFloat16, DataType.Float32, DataType.Float32));
            Assert.Throws<InvalidOperationException>(
                () => kernels.Multiply(operands.Product, operands.A, operands.B, operands.C));
        }
    }

    [Theory(SkipUnless = nameof(IsSupported), Skip = "no AVX512-BF16")]
    [InlineData(1f, 1f)]
    [InlineData(1.00390625f, 1f)] // half way: to the even one, below
    [InlineData(1.01171875f, 1.015625f)] // half way: to the even one, above
    [InlineData(1.004f, 1.0078125f)]
    [InlineData(-1.004f, -1.0078125f)]
    [InlineData(3.4e38f, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(1e-40f, 0f)]
    public void OperandsAreRoundedToTheNearest(float value, float rounded)
    {
        using var team = new WorkerTeam(1);
        using CpuMatrixMultiplier multiplier = Create(team, Blocking.OfPairs);
        float one = 1, product = 0, transposed = 0;
        multiplier.Multiply(
            MatrixProduct.NT, new(&value, 1, 1), new(&one, 1, 1), new(&product, 1, 1),
            precision: ProductPrecision.BFloat16);
        multiplier.Multiply(
            MatrixProduct.TN, new(&one, 1, 1), new(&value, 1, 1), new(&transposed, 1, 1),
            precision: ProductPrecision.BFloat16);
        Assert.Equal(rounded, product);
        Assert.Equal(rounded, transposed);
    }

    [Fact(SkipUnless = nameof(IsSupported), Skip = "no AVX512-BF16")]
    public void AProductAllocatesNothing()
    {
        using var team = new WorkerTeam(2);
        using CpuMatrixMultiplier multiplier = Create(team, Blocking.OfPairs);
        using var operands = new Operands(MatrixProduct.NT, 64, 96, 48, 0, false, false, seed: 3);
        Multiply(multiplier, operands);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Multiply(multiplier, operands);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WithoutExecutableMemoryNothingIsRounded(bool allocates)
    {
        var pages = new RefusingPages(allocates);
        using var team = new WorkerTeam(1);
        using var multiplier = new CpuMatrixMultiplier(
            MicroKernelSet.For(InstructionSets.Chosen), team, Blocking.Default, Blocking.OfPairs, pages);
        using var operands = new Operands(MatrixProduct.TN, 20, 30, 40, 0, false, false, seed: 3);
        Multiply(multiplier, operands);
        operands.AssertCorrect();
        Assert.False(multiplier.HasBFloat16Products);
        Assert.Equal(allocates ? 1 : 0, pages.Allocated);
        Assert.Equal(pages.Allocated, pages.Freed);
    }

    [Fact]
    public void WithoutNativeProductsNothingIsRounded()
    {
        foreach (InstructionSet set in InstructionSets.Supported.Where(set => set != InstructionSet.Avx512Bf16))
        {
            using var kernels = CpuKernels.Create(set, 1);
            using var operands = new Operands(MatrixProduct.NT, 20, 30, 40, 0, false, false, seed: 3);
            kernels.Multiply(
                operands.Product, operands.A, operands.B, operands.C, precision: ProductPrecision.BFloat16);
            Assert.False(kernels.HasBFloat16Products);
            operands.AssertCorrect();
        }
    }

    private static CpuMatrixMultiplier Create(WorkerTeam team, Blocking blockingOfPairs) => new(
        MicroKernelSet.For(InstructionSet.Avx512Bf16), team, Blocking.Default, blockingOfPairs,
        ExecutableMemory.SystemPages);

    // A bf16 C is written, never added to.
    private static Operands Create(
        (MatrixProduct Product, int M, int N, int K, int Gap, bool Accumulate, bool HasBias) shape,
        Operands.ElementTypes types) =>
        new(
            shape.Product, shape.M, shape.N, shape.K, shape.Gap,
            shape.Accumulate && types.C == DataType.Float32, shape.HasBias, seed: 1, types);

    private static void Multiply(CpuMatrixMultiplier multiplier, Operands operands) => multiplier.Multiply(
        operands.Product, operands.A, operands.B, operands.C, operands.Accumulate, operands.Bias,
        ProductPrecision.BFloat16);
}
