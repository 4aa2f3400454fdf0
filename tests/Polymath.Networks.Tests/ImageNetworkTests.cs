using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Networks.Tests;

/// <summary>Images through patches, convolutions, a bidirectional trunk and a pooling head, forward and backward.</summary>
public sealed unsafe class ImageNetworkTests
{
    private static readonly TrunkRecipe Trunk = new()
    {
        LayerCount = 2, Width = 12, HeadCount = 2, FeedForwardWidth = 20, ContextLength = 16,
        Positions = PositionKind.Learned, TiedHead = false,
    };

    public static TheoryData<int, int[], bool, PositionKind> Ports => new()
    {
        { 2, [], false, PositionKind.Learned }, { 3, [], false, PositionKind.Rotary },
        { 2, [5], false, PositionKind.Learned }, { 4, [5], false, PositionKind.Learned },
        { 4, [5, 7, 3], false, PositionKind.None }, { 4, [5, 7, 3], true, PositionKind.None },
        { 12, [], false, PositionKind.None },
    };

    [Theory]
    [MemberData(nameof(Ports))]
    public void EveryParameterAgreesWithFiniteDifferences(int patchSize, int[] stem, bool stemNorm, PositionKind positions)
    {
        TrunkRecipe trunk = Trunk with { Positions = positions, ContextLength = 12 / patchSize * (12 / patchSize) };
        using var fixture = new ImageFixture(12, 2, patchSize, stem, trunk, stemNorm: stemNorm);
        fixture.Loss(backward: true);
        foreach (Parameter parameter in fixture.Network.Parameters.Parameters)
        {
            float[] gradient = NetworkFixture.Copy(parameter.Gradients), saved = NetworkFixture.Copy(parameter.Values);
            double norm = Math.Sqrt(gradient.Sum(value => (double)value * value));
            Assert.True(norm > 1e-4, $"{parameter.Specification.Name} has no gradient");
            double epsilon = Math.Clamp(4e-3 / norm, 1e-3, 2e-2);
            double slope = (Shifted(epsilon) - Shifted(-epsilon)) / (2 * epsilon);
            Shifted(0);
            Assert.True(
                Math.Abs(slope - norm) <= 0.01 * norm + 2e-5,
                $"{parameter.Specification.Name}: gradient {norm:G6}, finite difference {slope:G6}");

            double Shifted(double distance)
            {
                for (int index = 0; index < saved.Length; index++)
                {
                    parameter.Data[index] = (float)(saved[index] + (distance * gradient[index] / norm));
                }

                return fixture.Loss();
            }
        }
    }

    [Fact]
    public void WithOnePositionThereIsNoAttention()
    {
        using var fixture = new ImageFixture(12, 2, 12, [], Trunk with { Positions = PositionKind.None, ContextLength = 1 });
        Assert.DoesNotContain(
            fixture.Network.Parameters.Parameters,
            parameter => parameter.Specification.Name.Contains("attention", StringComparison.Ordinal));
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        float[][] gradients = [.. Enumerable.Range(1, 3).Select(threads =>
        {
            using var fixture = new ImageFixture(12, 2, 4, [5, 7], Trunk, threads, stemNorm: true);
            fixture.Loss(backward: true);
            ParameterStore store = fixture.Network.Parameters;
            return new ReadOnlySpan<float>(store.Gradients, (int)store.FlatCount).ToArray();
        })];
        Assert.Equal(gradients[0], gradients[1]);
        Assert.Equal(gradients[0], gradients[2]);
    }

    [Fact]
    public void ImagesDoNotSeeEachOther()
    {
        using var fixture = new ImageFixture(12, 2, 4, [5, 7], Trunk, stemNorm: true);
        float[] before = fixture.Outputs();
        MatrixView features = fixture.Batch.Features;
        features.RowSpan(features.Rows - 1).Fill(3);
        float[] after = fixture.Outputs();
        int width = fixture.Network.Head.Width;
        Assert.Equal(before[..^width], after[..^width]);
        Assert.NotEqual(before[^width..], after[^width..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void PixelsOfAPatchLieRowByRow(int patchSize)
    {
        var map = new FeatureMap(8, 1, patchSize);
        Assert.Equal(
            Enumerable.Range(0, 64), Enumerable.Range(0, 64).Select(index => map.IndexOf(index / 8, index % 8)).Order());
        Assert.Equal(patchSize == 1 ? 13 : 16 + 4 + 1, map.IndexOf(1, 5));
    }

    [Fact]
    public void AConvolutionIsTheSumOverItsWindow()
    {
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        using var plan = new MemoryPlan();
        var store = new ParameterStore();
        var builder = new NetworkBuilder(kernels, plan, store, 64, Training: true);
        var convolution = new Convolution(builder, "c", new FeatureMap(8, 1), 2, 1, 2, isFirst: false, bias: false);
        store.Reserve(plan, training: true);
        plan.Commit();
        for (int index = 0; index < 9; index++)
        {
            convolution.Linear.Weight.Data[index] = 1 << index;
        }

        // A single one at (3, 4) of the second image is seen by the windows that are centred beside it.
        convolution.InputOf(2).Row(64 + (3 * 8) + 4)[0] = 1;
        float[] outputs = new float[32];
        fixed (float* output = outputs)
        {
            convolution.Forward(2, new MatrixView(output, outputs.Length, 1));
        }

        var expected = new float[32];
        expected[16 + (1 * 4) + 2] = 1 << 7;
        expected[16 + (2 * 4) + 2] = 1 << 1;
        Assert.Equal(expected, outputs);
    }
}
