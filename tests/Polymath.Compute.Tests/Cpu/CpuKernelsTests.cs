using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class CpuKernelsTests
{
    [Fact]
    public void AWrongShapeIsNamedAndRefused()
    {
        using var kernels = CpuKernels.Create(InstructionSet.Portable, 1);
        TestMatrix x = new(3, 8), y = new(3, 7), wide = new(3, 16);
        var failure = Assert.Throws<ArgumentException>(() => kernels.Gelu(x.View, y.View));
        Assert.Contains("expected [3, 8], found [3, 7]", failure.Message, StringComparison.Ordinal);
        Assert.Equal("y", failure.ParamName);
        Assert.Throws<ArgumentException>(() => kernels.SwiGlu(x.View, x.View));
        Assert.Throws<ArgumentException>(() => kernels.NormalizeHeads(x.View, 3, x.Data, 1, x.View, x.Data));
        Assert.Throws<ArgumentException>(() => kernels.Rotate(y.View, 7, null, y.View, inverse: false));
        var shape = new AttentionShape(3, 2, 4, 1);
        Assert.Throws<ArgumentException>(() => kernels.AttendCached(shape, x.View, x.View, x.View, x.View));
        shape = new AttentionShape(2, 1, 4, 1);
        Assert.Throws<ArgumentException>(() => kernels.AttendCached(shape, x.View, wide.View, wide.View, x.View));
    }

    [Fact]
    public void ATargetOutsideOfTheVocabularyIsRefused()
    {
        using var kernels = CpuKernels.Create(InstructionSet.Portable, 1);
        TestMatrix logits = new(2, 5), losses = new(1, 2);
        int* targets = stackalloc int[] { 0, 5 };
        var failure = Assert.Throws<ArgumentException>(
            () => kernels.CrossEntropy(logits.View, targets, 1, losses.Data));
        Assert.Contains("below 5, found 5", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheNameIsThatOfTheInstructionSet()
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            using var kernels = CpuKernels.Create(set, 2);
            Assert.Equal(InstructionSets.NameOf(set), kernels.Name);
            Assert.Equal(2, kernels.ThreadCount);
        }
    }

    [Fact]
    public void EmptyWorkIsNoWork()
    {
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 2);
        TestMatrix none = new(0, 4), sums = new(1, 4);
        kernels.Gelu(none.View, none.View);
        kernels.AddColumnSums(none.View, sums.Data);
        kernels.Fill(sums.Data, 0, 1);
        Assert.Equal(0, kernels.SumOfSquares(sums.Data, 0));
        Assert.All(sums.ToDoubles(), value => Assert.Equal(0, value));
    }
}
