using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class AllocationTests
{
    private const int Rows = 70, Columns = 48, HeadWidth = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NoKernelAllocatesManagedMemory(int threadCount)
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var plan = new MemoryPlan();
            var layout = new SequenceLayout(plan, 2, Rows, AttentionMask.Causal);
            PlannedBuffer memory = plan.Reserve("test", 40 * 2 * Rows * Columns);
            PlannedBuffer indices = plan.Reserve("test", Rows, DataType.Int32);
            plan.Commit();
            layout.Add(Rows - 20);
            layout.Add(20);
            using var kernels = CpuKernels.Create(set, threadCount);
            RunAll(kernels, layout, memory.Floats, indices.Integers);
            long scratch = kernels.ScratchBytes, before = GC.GetAllocatedBytesForCurrentThread();
            for (int round = 0; round < 3; round++)
            {
                RunAll(kernels, layout, memory.Floats, indices.Integers);
            }

            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            Assert.Equal(scratch, kernels.ScratchBytes);
            Assert.True(scratch > 0);
        }
    }

    private static void RunAll(CpuKernels kernels, SequenceLayout layout, float* memory, int* indices)
    {
        int next = 0;
        float* Take() => memory + (next++ * 2 * Rows * Columns);
        MatrixView Matrix() => new(Take(), Rows, Columns);
        MatrixView Wide() => new(Take(), Rows, 2 * Columns);
        MatrixView x = Matrix(), y = Matrix(), z = Matrix(), dx = Matrix(), dy = Matrix();
        MatrixView wide = Wide(), dWide = Wide();
        float* gain = Take(), shift = Take(), mean = Take(), inverse = Take(), dGain = Take(), dShift = Take();
        var normalization = NormalizationKind.LayerNorm;
        kernels.Multiply(MatrixProduct.NN, x, new MatrixView(Take(), Columns, Columns), y);
        kernels.AddNormalize(normalization, x, y, gain, z, gain, shift, 1e-5f, y, mean, inverse);
        kernels.NormalizeBackward(normalization, x, dy, gain, mean, inverse, dx, true, y, dGain, dShift, dShift);
        kernels.NormalizeHeads(x, HeadWidth, gain, 1e-5f, y, inverse);
        kernels.NormalizeHeadsBackward(x, HeadWidth, gain, inverse, dy, dGain);
        kernels.Rotate(x, HeadWidth, indices, new MatrixView(Take(), 10, HeadWidth), inverse: false);
        kernels.Gelu(x, y);
        kernels.GeluBackward(x, dy, dGain);
        kernels.SwiGlu(wide, y);
        kernels.SwiGluBackward(wide, dy, dWide, dGain);
        kernels.AddColumnSums(x, dGain);
        var shape = new AttentionShape(2, 2, HeadWidth, 0.2f);
        MatrixView q = Matrix(), k = Matrix(), v = Matrix(), dq = Matrix(), dk = Matrix(), dv = Matrix();
        kernels.Attend(shape, layout, q, k, v, y, inverse);
        kernels.AttendBackward(shape, layout, q, k, v, y, inverse, dy, dq, dk, dv);
        kernels.Attend(shape, layout, q, k, v, y, inverse, ProductPrecision.BFloat16);
        kernels.AttendBackward(shape, layout, q, k, v, y, inverse, dy, dq, dk, dv, ProductPrecision.BFloat16);
        kernels.AttendCached(shape, q.RowRange(0, 1), k, v, y.RowRange(0, 1));
        kernels.AttendCached(shape, q.RowRange(0, 30), k, v, y.RowRange(0, 30));
        kernels.Embed(indices, x, indices, z, y);
        kernels.EmbedBackward(indices, dx, indices, z, dy);
        kernels.CrossEntropy(y, indices, 0.1f, mean);
        kernels.Copy(x, y);
        kernels.Fill(x.Data, Rows * Columns, 0.5f);
        kernels.Blend(x.Data, 0.9f, y.Data, 0.1f, Rows * Columns);
        _ = kernels.SumOfSquares(x.Data, Rows * Columns);
        var step = new AdamWStep(0.01f, 0.9f, 0.99f, 1e-8f, 0.1f, 1, 1);
        kernels.AdamW(step, x.Data, dx.Data, y.Data, z.Data, Rows * Columns);
    }
}
