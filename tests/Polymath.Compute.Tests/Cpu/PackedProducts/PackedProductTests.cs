using Polymath.Compute.Cpu;
using Polymath.Compute.Tests.Cpu.Generated;
using Polymath.Compute.Tests.Weights;

namespace Polymath.Compute.Tests.Cpu.PackedProducts;

/// <summary>Products with packed weights, against double precision.</summary>
public sealed unsafe class PackedProductTests
{
    private static readonly int[] Rows = [1, 2, 5, 7, 40];

    public static TheoryData<WeightFormat> Formats => [.. Enum.GetValues<WeightFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public void ProductsAreThoseOfTheDecodedWeights(WeightFormat format)
    {
        int block = format.BlockElements();
        foreach ((int n, int blocks) in new[] { (1, 1), (16, 2), (31, 3), (32, 1), (33, 5), (100, 3) })
        {
            foreach (int rows in Rows)
            {
                Check([new(format, n)], format.IsQuantised() ? blocks * block : 7 * blocks, rows, bias: n % 2 == 0);
            }
        }
    }

    [Fact]
    public void PartsOfSeveralFormatsLieBelowEachOther()
    {
        WeightPart[] parts = [new(WeightFormat.Q4_K, 40), new(WeightFormat.Q6_K, 24), new(WeightFormat.Float32, 5), new(WeightFormat.Q8_0, 33)];
        foreach (int rows in Rows)
        {
            Check(parts, 512, rows, bias: true);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void WithoutExecutableMemoryNothingIsRounded(WeightFormat format)
    {
        const int N = 70;
        int columns = 2 * Math.Max(32, format.BlockElements());
        byte[] blocks = WeightSamples.Blocks(format, N, columns);
        var pages = new RefusingPages(allocates: true);
        using var kernels = CpuKernels.Create(InstructionSets.Best, 2, pages);
        foreach (int rows in Rows)
        {
            TestMatrix x = TestMatrix.Random(rows, columns, "x");
            var exact = new PackedReference(x.ToDoubles(), WeightSamples.Values(format, blocks), null, rows, N, columns);
            exact.Check([new(format, N)], kernels, Multiply(kernels, [new(format, N)], [blocks], x, null, N), $"{format}");
        }

        Assert.False(kernels.QuantisesActivations);
        Assert.Equal(pages.Allocated, pages.Freed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ProductsAllocateNoManagedMemory(int threadCount)
    {
        const int N = 70, Columns = 512, MaxRows = 7;
        WeightPart[] parts = [.. Enum.GetValues<WeightFormat>().Select(format => new WeightPart(format, N / 7))];
        TestMatrix x = TestMatrix.Random(MaxRows, Columns, "x"), y = new(MaxRows, N);
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var kernels = CpuKernels.Create(set, threadCount);
            using var plan = new MemoryPlan();
            PackedWeights packed = kernels.PlanWeights(plan, parts, Columns);
            plan.Commit();
            long before = 0, scratch = 0;
            for (int round = 0; round < 3; round++)
            {
                kernels.MultiplyPacked(x.View, packed, y.View);
                kernels.MultiplyPacked(x.View.RowRange(0, 1), packed, y.View.RowRange(0, 1));
                before = round == 0 ? GC.GetAllocatedBytesForCurrentThread() : before;
                scratch = round == 0 ? kernels.ScratchBytes : scratch;
            }

            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            Assert.Equal(scratch, kernels.ScratchBytes);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void EmbeddingsAreDecodedRows(WeightFormat format)
    {
        const int N = 45;
        int columns = Math.Max(24, format.BlockElements());
        int[] tokens = [44, 0, 31, 32, 7], positions = [1, 0, 1, 0, 0];
        byte[] blocks = WeightSamples.Blocks(format, N, columns);
        float[] values = WeightSamples.Values(format, blocks);
        TestMatrix table = TestMatrix.Random(2, columns, "positions");
        double[] places = table.ToDoubles();
        double[] plain = [.. tokens.SelectMany(token => values.Skip(token * columns).Take(columns)).Select(value => (double)value)];
        double[] placed = [.. plain.Select((value, index) =>
            (double)((float)value + (float)places[(positions[index / columns] * columns) + (index % columns)]))];
        KernelCheck.Run(
            kernels =>
            {
                using var plan = new MemoryPlan();
                PackedWeights packed = kernels.PlanWeights(plan, [new(format, N)], columns);
                plan.Commit();
                kernels.PackRows(packed, 0, blocks);
                var y = new TestMatrix(tokens.Length, columns);
                var z = new TestMatrix(tokens.Length, columns);
                fixed (int* indices = tokens, places = positions)
                {
                    kernels.EmbedPacked(indices, packed, null, null, y.View);
                    kernels.EmbedPacked(indices, packed, places, table.View, z.View);
                }

                return [y, z];
            },
            0, plain, placed);
    }

    [Fact]
    public void RowsMustBeWholeAndOfOnePart()
    {
        using var kernels = CpuKernels.Create(InstructionSets.Best, 1);
        using var plan = new MemoryPlan();
        PackedWeights packed = kernels.PlanWeights(plan, [new(WeightFormat.Q8_0, 3), new(WeightFormat.Q4_0, 2)], 64);
        plan.Commit();
        Assert.Equal(2 * 32 * (68 + 36), 2 * packed.Bytes);
        Assert.Throws<ArgumentException>(() => kernels.PackRows(packed, 0, new byte[67]));
        Assert.Throws<ArgumentException>(() => kernels.PackRows(packed, 1, new byte[3 * 68]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernels.PackRows(packed, 5, new byte[36]));
        Assert.Throws<ArgumentException>(() => kernels.PlanWeights(new MemoryPlan(), [new(WeightFormat.Q4_K, 2)], 64));
        Assert.Throws<ArgumentException>(
            () => kernels.MultiplyPacked(new TestMatrix(1, 64).View, packed, new TestMatrix(1, 4).View));
    }

    private static void Check(WeightPart[] parts, int columns, int rows, bool bias)
    {
        int n = parts.Sum(part => part.Rows);
        byte[][] blocks = [.. parts.Select(part => WeightSamples.Blocks(part.Format, part.Rows, columns))];
        float[] weights = [.. parts.Zip(blocks, (part, bytes) => WeightSamples.Values(part.Format, bytes)).SelectMany(values => values)];
        TestMatrix x = TestMatrix.Random(rows, columns, "x"), b = TestMatrix.Vector(n, "bias");
        var exact = new PackedReference(x.ToDoubles(), weights, bias ? b.ToDoubles() : null, rows, n, columns);
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            double[]? first = null;
            foreach (int threads in new[] { 1, 2, 3 })
            {
                using var kernels = CpuKernels.Create(set, threads);
                double[] y = Multiply(kernels, parts, blocks, x, bias ? b : null, n);
                string where = $"{kernels.Name}, {threads} threads, {parts[0].Format} {rows}x{n}x{columns}";
                exact.Check(parts, kernels, y, where);
                first ??= y;
                Assert.Equal(first, y);
            }
        }
    }

    private static double[] Multiply(
        CpuKernels kernels, WeightPart[] parts, byte[][] blocks, TestMatrix x, TestMatrix? bias, int n)
    {
        using var plan = new MemoryPlan();
        PackedWeights packed = kernels.PlanWeights(plan, parts, x.Columns);
        plan.Commit();
        for (int part = 0; part < parts.Length; part++)
        {
            kernels.PackRows(packed, packed.Parts[part].FirstRow, blocks[part]);
        }

        var y = new TestMatrix(x.Rows, n);
        kernels.MultiplyPacked(x.View, packed, y.View, bias is null ? null : bias.Data);
        return y.ToDoubles();
    }
}
