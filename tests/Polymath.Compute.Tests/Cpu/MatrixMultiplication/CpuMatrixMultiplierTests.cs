using CsCheck;
using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.MatrixMultiplication;

namespace Polymath.Compute.Tests.Cpu.MatrixMultiplication;

public sealed unsafe class CpuMatrixMultiplierTests
{
    // Blocks so small that small matrices have several in every direction, and both sides of every choice are taken.
    private static readonly Blocking SmallBlocks = new(
        Depth: 32, TileRows: 16, TileColumns: 96, PackedDepth: 64, PackedElements: 64 * 100, InnerProductRows: 5,
        UnpackedRows: 20, UnpackedElements: 1000, PackedRowColumns: 40);

    private static readonly Gen<Shape> Shapes =
        from product in Gen.Enum<MatrixProduct>()
        from m in Gen.Int[1, 70]
        from n in Gen.OneOf(Gen.Int[1, 220], Gen.Int[1, 13].Select(vectors => 16 * vectors))
        from k in Gen.Int[1, 200]
        from gap in Gen.Int[0, 5]
        from accumulate in Gen.Bool
        from hasBias in Gen.Bool
        select new Shape(product, m, n, k, gap, accumulate, hasBias);

    public static TheoryData<string> KernelSets =>
        [.. InstructionSets.Supported.Select(InstructionSets.NameOf), "few registers"];

    [Theory]
    [MemberData(nameof(KernelSets))]
    public void AnyProductEqualsTheSumInDoublePrecision(string kernels)
    {
        using var team = new WorkerTeam(1);
        using var multiplier = new CpuMatrixMultiplier(SetOf(kernels), team, SmallBlocks, Blocking.OfPairs);
        Shapes.Sample(
            shape =>
            {
                using Operands operands = Create(shape);
                Multiply(multiplier, operands);
                operands.AssertCorrect();
            },
            iter: 300, threads: 1);
    }

    [Theory]
    [MemberData(nameof(KernelSets))]
    public void TheBitsDoNotDependOnTheNumberOfThreads(string kernels)
    {
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        using var three = new WorkerTeam(3);
        MicroKernelSet set = SetOf(kernels);
        using var alone = new CpuMatrixMultiplier(set, one, SmallBlocks, Blocking.OfPairs);
        using var pair = new CpuMatrixMultiplier(set, two, SmallBlocks, Blocking.OfPairs);
        using var trio = new CpuMatrixMultiplier(set, three, SmallBlocks, Blocking.OfPairs);
        Shapes.Sample(
            shape =>
            {
                using Operands operands = Create(shape);
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

    [Theory]
    [InlineData(MatrixProduct.NT, 100, 130, 900)]
    [InlineData(MatrixProduct.NT, 100, 1500, 800)]
    [InlineData(MatrixProduct.NN, 100, 65, 1700)]
    [InlineData(MatrixProduct.TN, 130, 100, 900)]
    [InlineData(MatrixProduct.NT, 3, 700, 800)]
    [InlineData(MatrixProduct.NT, 4, 70, 2100)]
    [InlineData(MatrixProduct.NN, 3, 96, 800)]
    public void LargerProductsInTheBlocksOfUseAreCorrect(MatrixProduct product, int m, int n, int k)
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var team = new WorkerTeam(2);
            using var multiplier = new CpuMatrixMultiplier(set, team);
            using var operands = new Operands(product, m, n, k, 3, accumulate: true, hasBias: true, seed: 7);
            Multiply(multiplier, operands);
            operands.AssertCorrect();
        }
    }

    [Fact]
    public void AProductAllocatesNothing()
    {
        using var team = new WorkerTeam(2);
        using var multiplier = new CpuMatrixMultiplier(InstructionSets.Chosen, team);
        using var operands = new Operands(MatrixProduct.NT, 64, 96, 48, 0, false, false, seed: 3);
        Multiply(multiplier, operands);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Multiply(multiplier, operands);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void ShapesThatDoNotAgreeAreRefused()
    {
        using var team = new WorkerTeam(1);
        using var multiplier = new CpuMatrixMultiplier(InstructionSets.Chosen, team);
        using var operands = new Operands(MatrixProduct.NT, 4, 5, 6, 0, false, false, seed: 3);
        Assert.Throws<ArgumentException>(
            () => multiplier.Multiply(MatrixProduct.NN, operands.A, operands.B, operands.C));
        Assert.Throws<ArgumentException>(
            () => multiplier.Multiply(MatrixProduct.NT, operands.A, operands.B, operands.C.RowRange(0, 3)));
        Assert.Throws<ArgumentException>(
            () => multiplier.Multiply(
                MatrixProduct.NT, operands.A.RowRange(0, 0), operands.B, operands.C.RowRange(0, 0)));
    }

    private static MicroKernelSet SetOf(string name) => name == "few registers"
        ? MicroKernelSet.Of<SimdPortable>(&PanelPacking.Transpose, hasManyRegisters: false)
        : MicroKernelSet.For(InstructionSets.Parse(name));

    private static Operands Create(Shape shape) =>
        new(shape.Product, shape.M, shape.N, shape.K, shape.Gap, shape.Accumulate, shape.HasBias, seed: 1);

    private static void Multiply(CpuMatrixMultiplier multiplier, Operands operands) => multiplier.Multiply(
        operands.Product, operands.A, operands.B, operands.C, operands.Accumulate, operands.Bias);

    private sealed record Shape(
        MatrixProduct Product, int M, int N, int K, int Gap, bool Accumulate, bool HasBias);
}
