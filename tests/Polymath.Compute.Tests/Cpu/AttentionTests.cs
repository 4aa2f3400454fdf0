using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class AttentionTests
{
    /// <summary>Heads, key heads, width, mask, and sequences as length or length/prefix.</summary>
    public static TheoryData<int, int, int, AttentionMask, string> Cases => new()
    {
        { 1, 1, 1, AttentionMask.Causal, "1" },
        { 2, 1, 8, AttentionMask.Causal, "5 1 9" },
        { 4, 2, 16, AttentionMask.Bidirectional, "33 8" },
        { 2, 2, 20, AttentionMask.Prefix, "40/7 3/0 12/12 50/33" },
        { 3, 1, 24, AttentionMask.Prefix, "300/270" },
        { 1, 1, 64, AttentionMask.Causal, "289" },
        { 2, 1, 40, AttentionMask.Causal, "64 70" },
        { 1, 1, 10, AttentionMask.Bidirectional, "530 2" },
        { 1, 1, 5, AttentionMask.Causal, "600" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void OutputsAndGradientsAreThoseOfTheDefinition(
        int heads, int keyHeads, int width, AttentionMask mask, string lengths)
    {
        var shape = new AttentionShape(heads, keyHeads, width, 1.5f / MathF.Sqrt(width));
        (int Length, int Prefix)[] sequences = [.. lengths.Split(' ').Select(ParseSequence)];
        var reference = new AttentionReference(shape, mask, sequences);
        int rows = reference.Rows, columns = reference.QueryColumns, keyColumns = reference.KeyColumns;
        TestMatrix q = TestMatrix.Random(rows, columns, "q", 2), k = TestMatrix.Random(rows, keyColumns, "k", 2);
        TestMatrix v = TestMatrix.Random(rows, keyColumns, "v"), dy = TestMatrix.Random(rows, columns, "dy");
        double[] qs = q.ToDoubles(), ks = k.ToDoubles(), vs = v.ToDoubles();
        (double[] dq, double[] dk, double[] dv) = reference.Backward(qs, ks, vs, dy.ToDoubles());
        using var layout = new TestLayout(mask, sequences);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix y = new(rows, columns), logSums = new(heads, rows, gap: 0);
                kernels.Attend(shape, layout.Layout, q.View, k.View, v.View, y.View, logSums.Data);
                TestMatrix dqs = new(rows, columns), dks = new(rows, keyColumns), dvs = new(rows, keyColumns);
                kernels.AttendBackward(
                    shape, layout.Layout, q.View, k.View, v.View, y.View, logSums.Data, dy.View, dqs.View, dks.View,
                    dvs.View);
                return [y, logSums, dqs, dks, dvs];
            },
            2e-6, reference.Forward(qs, ks, vs), reference.LogSums(qs, ks), dq, dk, dv);
    }

    // Operands are numbers of bf16, so that only weights and score gradients are rounded: by 2^-9 at most, each.
    [Theory]
    [MemberData(nameof(Cases))]
    public void RoundedProductsStayWithinTheirRounding(
        int heads, int keyHeads, int width, AttentionMask mask, string lengths)
    {
        var shape = new AttentionShape(heads, keyHeads, width, 1.5f / MathF.Sqrt(width));
        (int Length, int Prefix)[] sequences = [.. lengths.Split(' ').Select(ParseSequence)];
        var reference = new AttentionReference(shape, mask, sequences);
        int rows = reference.Rows, columns = reference.QueryColumns, keyColumns = reference.KeyColumns;
        TestMatrix q = RandomBFloat16(rows, columns, "q"), k = RandomBFloat16(rows, keyColumns, "k");
        TestMatrix v = RandomBFloat16(rows, keyColumns, "v"), dy = RandomBFloat16(rows, columns, "dy");
        double[] qs = q.ToDoubles(), ks = k.ToDoubles(), vs = v.ToDoubles();
        (double[] dq, double[] dk, double[] dv) = reference.Backward(qs, ks, vs, dy.ToDoubles());
        using var layout = new TestLayout(mask, sequences);
        KernelCheck.Run(
            kernels =>
            {
                TestMatrix y = new(rows, columns), logSums = new(heads, rows, gap: 0);
                kernels.Attend(
                    shape, layout.Layout, q.View, k.View, v.View, y.View, logSums.Data, ProductPrecision.BFloat16);
                TestMatrix dqs = new(rows, columns), dks = new(rows, keyColumns), dvs = new(rows, keyColumns);
                kernels.AttendBackward(
                    shape, layout.Layout, q.View, k.View, v.View, y.View, logSums.Data, dy.View, dqs.View, dks.View,
                    dvs.View, ProductPrecision.BFloat16);
                return [y, logSums, dqs, dks, dvs];
            },
            4e-3, reference.Forward(qs, ks, vs), reference.LogSums(qs, ks), dq, dk, dv);
    }

    // Rounding has nothing left to do on the way in, and is the last thing done on the way out.
    [Theory]
    [MemberData(nameof(Cases))]
    public void HalvesGiveTheBitsOfTheirNumbers(int heads, int keyHeads, int width, AttentionMask mask, string lengths)
    {
        var shape = new AttentionShape(heads, keyHeads, width, 1.5f / MathF.Sqrt(width));
        (int Length, int Prefix)[] sequences = [.. lengths.Split(' ').Select(ParseSequence)];
        using var layout = new TestLayout(mask, sequences);
        int rows = layout.Layout.RowCount, columns = heads * width, keyColumns = keyHeads * width;
        TestMatrix q = RandomBFloat16(rows, columns, "q"), k = RandomBFloat16(rows, keyColumns, "k");
        TestMatrix v = RandomBFloat16(rows, keyColumns, "v"), dy = RandomBFloat16(rows, columns, "dy");
        HalfMatrix halfQ = new(q), halfK = new(k), halfV = new(v);
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var kernels = CpuKernels.Create(set, 2);
            if (kernels.HasBFloat16Products)
            {
                TestMatrix dq = new(rows, columns), dk = new(rows, keyColumns), dv = new(rows, keyColumns);
                HalfMatrix halfDq = new(dq), halfDk = new(dk), halfDv = new(dv);
                Assert.Equal(
                    Compute([q.View, k.View, v.View], [dq.View, dk.View, dv.View]),
                    Compute([halfQ.View, halfK.View, halfV.View], [halfDq.View, halfDk.View, halfDv.View]));
                Assert.Equal(new HalfMatrix(dq).Widened().ToDoubles(), halfDq.Widened().ToDoubles());
                Assert.Equal(new HalfMatrix(dk).Widened().ToDoubles(), halfDk.Widened().ToDoubles());
                Assert.Equal(new HalfMatrix(dv).Widened().ToDoubles(), halfDv.Widened().ToDoubles());
            }
            else
            {
                MatrixView[] halves = [halfQ.View, halfK.View, halfV.View];
                Assert.Throws<ArgumentException>(() => Compute(halves, halves));
            }

            double[] Compute(MatrixView[] x, MatrixView[] dx)
            {
                TestMatrix y = new(rows, columns), logSums = new(heads, rows, gap: 0);
                kernels.Attend(
                    shape, layout.Layout, x[0], x[1], x[2], y.View, logSums.Data, ProductPrecision.BFloat16);
                kernels.AttendBackward(
                    shape, layout.Layout, x[0], x[1], x[2], y.View, logSums.Data, dy.View, dx[0], dx[1], dx[2],
                    ProductPrecision.BFloat16);
                return [.. y.ToDoubles(), .. logSums.ToDoubles()];
            }
        }
    }

    [Theory]
    [InlineData(AttentionMask.Causal)]
    [InlineData(AttentionMask.Bidirectional)]
    [InlineData(AttentionMask.Prefix)]
    public void TheDefinitionsGradientsEqualFiniteDifferences(AttentionMask mask)
    {
        var reference = new AttentionReference(new AttentionShape(4, 2, 3, 0.6f), mask, [(5, 3), (4, 0)]);
        double[] q = TestMatrix.Random(9, 12, "q").ToDoubles(), k = TestMatrix.Random(9, 6, "k").ToDoubles();
        double[] v = TestMatrix.Random(9, 6, "v").ToDoubles(), dy = TestMatrix.Random(9, 12, "dy").ToDoubles();
        (double[] dq, double[] dk, double[] dv) = reference.Backward(q, k, v, dy);
        KernelCheck.Close(Differences.Gradient(x => reference.Forward(x, k, v), q, dy), dq, 1e-9, "query");
        KernelCheck.Close(Differences.Gradient(x => reference.Forward(q, x, v), k, dy), dk, 1e-9, "key");
        KernelCheck.Close(Differences.Gradient(x => reference.Forward(q, k, x), v, dy), dv, 1e-9, "value");
    }

    [Theory]
    [InlineData(AttentionMask.Causal)]
    [InlineData(AttentionMask.Bidirectional)]
    [InlineData(AttentionMask.Prefix)]
    public void PackedSequencesDoNotSeeEachOther(AttentionMask mask)
    {
        var shape = new AttentionShape(2, 1, 16, 0.25f);
        (int, int)[] sequences = [(9, 4), (20, 6), (7, 3)];
        using var layout = new TestLayout(mask, sequences);
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 2);
        double[] first = Attend(kernels, shape, layout.Layout, 0), second = Attend(kernels, shape, layout.Layout, 100);
        Assert.Equal(first[..(9 * 32)], second[..(9 * 32)]);
        Assert.NotEqual(first[(9 * 32)..(29 * 32)], second[(9 * 32)..(29 * 32)]);
        Assert.Equal(first[(29 * 32)..], second[(29 * 32)..]);
    }

    [Fact]
    public void ExtremeScoresGiveFiniteWeights()
    {
        var shape = new AttentionShape(1, 1, 8, 1);
        TestMatrix q = TestMatrix.Of(300, 8, (row, column) => (row + column) % 3 == 0 ? 1e4 : -1e4);
        TestMatrix k = TestMatrix.Of(300, 8, (row, column) => row % 5 == 0 ? 1e3 : -1e3);
        using var layout = new TestLayout(AttentionMask.Causal, [(300, 0)]);
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var kernels = CpuKernels.Create(set, 1);
            foreach (ProductPrecision precision in Enum.GetValues<ProductPrecision>())
            {
                TestMatrix y = new(300, 8), logSums = new(1, 300);
                kernels.Attend(shape, layout.Layout, q.View, k.View, q.View, y.View, logSums.Data, precision);
                Assert.All(y.ToDoubles().Concat(logSums.ToDoubles()), value => Assert.True(double.IsFinite(value)));
            }
        }
    }

    [Theory]
    [InlineData(2, 2, 64, 1, 1)]
    [InlineData(4, 1, 20, 1, 300)]
    [InlineData(4, 2, 32, 3, 700)]
    [InlineData(8, 2, 8, 40, 41)]
    [InlineData(2, 1, 12, 530, 600)]
    public void AttendingOverACacheGivesTheLastRowsOfAttending(
        int heads, int keyHeads, int width, int newRows, int length)
    {
        var shape = new AttentionShape(heads, keyHeads, width, 1.2f / MathF.Sqrt(width));
        var reference = new AttentionReference(shape, AttentionMask.Causal, [(length, 0)]);
        TestMatrix q = TestMatrix.Random(length, heads * width, "q", 2);
        TestMatrix k = TestMatrix.Random(length, keyHeads * width, "k", 2);
        TestMatrix v = TestMatrix.Random(length, keyHeads * width, "v");
        double[] y = reference.Forward(q.ToDoubles(), k.ToDoubles(), v.ToDoubles());
        foreach ((ProductPrecision precision, double tolerance) in
            new[] { (ProductPrecision.Float32, 2e-6), (ProductPrecision.BFloat16, 1.5e-2) })
        {
            KernelCheck.Run(
                kernels =>
                {
                    TestMatrix ys = new(newRows, heads * width);
                    kernels.AttendCached(
                        shape, q.View.RowRange(length - newRows, newRows), k.View, v.View, ys.View, precision);
                    return [ys];
                },
                tolerance, y[^(newRows * heads * width)..]);
        }
    }

    private static TestMatrix RandomBFloat16(int rows, int columns, string name)
    {
        double[] x = TestMatrix.Random(rows, columns, name).ToDoubles();
        return TestMatrix.Of(
            rows, columns, (row, column) => (float)(BFloat16)(float)x[(row * columns) + column]);
    }

    private static (int Length, int Prefix) ParseSequence(string text)
    {
        int[] parts = [.. text.Split('/').Select(int.Parse)];
        return (parts[0], parts.Length > 1 ? parts[1] : 0);
    }

    // Attention over random rows, those of the second sequence moved by an offset.
    private static double[] Attend(CpuKernels kernels, AttentionShape shape, SequenceLayout layout, double offset)
    {
        TestMatrix Moved(int columns, string name)
        {
            double[] x = TestMatrix.Random(36, columns, name).ToDoubles();
            double OffsetOf(int row) => row is >= 9 and < 29 ? offset : 0;
            return TestMatrix.Of(36, columns, (row, column) => x[(row * columns) + column] + OffsetOf(row));
        }

        TestMatrix y = new(36, 32), logSums = new(2, 36);
        kernels.Attend(
            shape, layout, Moved(32, "q").View, Moved(16, "k").View, Moved(16, "v").View, y.View, logSums.Data);
        return y.ToDoubles();
    }
}
