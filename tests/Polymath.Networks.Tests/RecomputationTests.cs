using Polymath.Compute;

namespace Polymath.Networks.Tests;

/// <summary>Activations that are computed again are those that were: loss and gradients have the same bits.</summary>
public sealed class RecomputationTests
{
    private static readonly TrunkRecipe Qwen = new()
    {
        LayerCount = 4, Width = 24, HeadCount = 4, KeyValueHeadCount = 2, HeadWidth = 6, FeedForwardWidth = 29,
        ContextLength = 16, QueryKeyNorm = true,
    };

    private static readonly TrunkRecipe Gpt2 = new()
    {
        LayerCount = 4, Width = 24, HeadCount = 4, ContextLength = 16, Normalization = NormalizationKind.LayerNorm,
        Activation = ActivationKind.Gelu, Positions = PositionKind.Learned, Biases = true,
    };

    // One position a sequence, hence no attention.
    private static readonly TrunkRecipe FeedForward = Gpt2 with { ContextLength = 1, Positions = PositionKind.None };

    public static TheoryData<string, ProductPrecision> Networks => new()
    {
        { nameof(Gpt2), ProductPrecision.Float32 }, { nameof(Gpt2), ProductPrecision.BFloat16 },
        { nameof(Qwen), ProductPrecision.Float32 }, { nameof(Qwen), ProductPrecision.BFloat16 },
        { nameof(FeedForward), ProductPrecision.Float32 }, { nameof(FeedForward), ProductPrecision.BFloat16 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void GradientsHaveTheSameBits(string network, ProductPrecision precision)
    {
        TrunkRecipe recipe = network switch
        {
            nameof(Qwen) => Qwen,
            nameof(FeedForward) => FeedForward,
            _ => Gpt2,
        };
        using NetworkFixture keeps = Prepare(recipe, precision, recomputes: false);
        using NetworkFixture recomputes = Prepare(recipe, precision, recomputes: true);
        Assert.Equal(keeps.Loss(backward: true), recomputes.Loss(backward: true));
        foreach ((Parameter expected, Parameter actual) in
            keeps.Network.Parameters.Parameters.Zip(recomputes.Network.Parameters.Parameters))
        {
            float[] gradients = NetworkFixture.Copy(expected.Gradients);
            Assert.Contains(gradients, value => value != 0);
            Assert.Equal(gradients, NetworkFixture.Copy(actual.Gradients));
        }
    }

    [Fact]
    public void MemoryGrowsByOneMatrixABlock()
    {
        const int Rows = 32;
        TrunkRecipe deeper = Gpt2 with { LayerCount = Gpt2.LayerCount + 1 };
        long growth = Activations(deeper, recomputes: true) - Activations(Gpt2, recomputes: true);

        // The residual stream before the block, and of every row the four moments of its norms and a head's log-sums.
        long stream = Rows * Gpt2.Width * sizeof(float), perRow = Rows * (4 + Gpt2.HeadCount) * sizeof(float);
        Assert.Equal(stream + perRow, growth);
        Assert.True(growth * 4 < Activations(deeper, recomputes: false) - Activations(Gpt2, recomputes: false));

        static long Activations(TrunkRecipe recipe, bool recomputes)
        {
            using var plan = new MemoryPlan();
            using Kernels kernels = Compute.Cpu.CpuKernels.Create(Compute.Cpu.InstructionSets.Chosen, 1);
            TokenNetwork.Build(
                kernels, plan, recipe, 13, Rows, training: true, ProductPrecision.Float32, recomputes);
            return plan.Summarize().Single(entry => entry.Purpose == "activations").Bytes;
        }
    }

    [Fact]
    public void TheCostIsCountedApart()
    {
        using NetworkFixture keeps = Prepare(Gpt2, ProductPrecision.Float32, recomputes: false);
        using NetworkFixture recomputes = Prepare(Gpt2, ProductPrecision.Float32, recomputes: true);
        SequenceLayout sequences = recomputes.Batch.Sequences;
        Assert.Equal(0, keeps.Network.CountRecomputation(keeps.Batch.Sequences));
        Assert.Equal(
            keeps.Network.CountOperations(keeps.Batch.Sequences, training: true),
            recomputes.Network.CountOperations(sequences, training: true));

        // Every block but the last, without the feed-forward's second layer.
        double block = recomputes.Network.Trunk.CountOperations(sequences) / Gpt2.LayerCount;
        double second = 2.0 * sequences.RowCount * Gpt2.Width * Gpt2.ResolvedFeedForwardWidth;
        Assert.Equal((Gpt2.LayerCount - 1) * (block - second), recomputes.Network.CountRecomputation(sequences), 3);
    }

    private static NetworkFixture Prepare(TrunkRecipe recipe, ProductPrecision precision, bool recomputes)
    {
        var fixture = new NetworkFixture(recipe, 13, 32, precision: precision, recomputes: recomputes);
        fixture.Randomize(7);
        fixture.FillRandom(3, recipe.ContextLength > 1 ? [16, 9, 7] : [1, 1, 1]);
        return fixture;
    }
}
