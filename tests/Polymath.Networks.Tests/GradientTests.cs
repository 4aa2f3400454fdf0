using Polymath.Compute;

namespace Polymath.Networks.Tests;

/// <summary>
/// Every parameter of every kind of layer against finite differences: along its own gradient the loss must change as
/// fast as the gradient is long.
/// </summary>
public sealed unsafe class GradientTests
{
    private static readonly TrunkRecipe Llama = new()
    {
        LayerCount = 2, Width = 20, HeadCount = 4, KeyValueHeadCount = 2, HeadWidth = 6, FeedForwardWidth = 27,
        ContextLength = 16, TiedHead = false,
    };

    private static readonly TrunkRecipe Gpt2 = new()
    {
        LayerCount = 2, Width = 21, HeadCount = 3, ContextLength = 16, FeedForwardWidth = 35,
        Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu,
        Positions = PositionKind.Learned, Biases = true,
    };

    public static TheoryData<string> Variants =>
    [
        "GPT-2", "GPT-2 untied without biases", "Llama", "Llama tied with biases", "Llama with query and key norm",
        "Llama bidirectional", "GPT-2 prefix", "one position a sequence",
    ];

    [Theory]
    [MemberData(nameof(Variants))]
    public void EveryParameterAgreesWithFiniteDifferences(string variant)
    {
        (TrunkRecipe recipe, AttentionMask mask, int[] lengths) = Parse(variant);
        using var fixture = new NetworkFixture(recipe, 13, 32, mask);
        fixture.Randomize(7);
        fixture.FillRandom(3, lengths, prefix: 2);
        fixture.Loss(backward: true);
        foreach (Parameter parameter in fixture.Network.Parameters.Parameters)
        {
            float[] gradient = NetworkFixture.Copy(parameter.Gradients);
            double norm = Math.Sqrt(gradient.Sum(value => (double)value * value));
            if (lengths.All(length => length == 1) && IsIdleWithOnePosition(parameter.Specification.Name))
            {
                continue;
            }

            if (parameter.Specification.Name.Contains("attention.input.bias", StringComparison.Ordinal))
            {
                // The key's share of this gradient is zero: a constant added to all keys moves no softmax.
                Assert.True(norm > 1e-5, $"{parameter.Specification.Name} has no gradient");
            }

            double slope = Slope(fixture, parameter, gradient, norm);
            Assert.True(
                Math.Abs(slope - norm) <= 0.01 * norm + 2e-5,
                $"{variant}, {parameter.Specification.Name}: gradient {norm:G6}, finite difference {slope:G6}");
        }
    }

    [Fact]
    public void PackedSequencesDoNotSeeEachOther()
    {
        using var fixture = new NetworkFixture(Llama, 13, 32);
        fixture.Randomize(5);
        fixture.FillRandom(9, [7, 9]);
        float[] packed = fixture.Logits();
        int[] tokens = fixture.Batch.Tokens.ToArray();
        fixture.Fill(tokens.AsSpan(7), tokens.AsSpan(7), [9]);
        float[] alone = fixture.Logits();
        Assert.Equal(packed.AsSpan(7 * 13).ToArray(), alone);
    }

    [Fact]
    public void GradientsAccumulateOverMicroBatches()
    {
        using var fixture = new NetworkFixture(Gpt2, 13, 32);
        fixture.Randomize(5);
        fixture.FillRandom(9, [7, 9]);
        fixture.Loss(backward: true);
        Parameter weight = fixture.Network.Parameters["blocks.0.feedForward.input.weight"];
        float[] once = NetworkFixture.Copy(weight.Gradients);
        MatrixView logits = fixture.Network.Forward(fixture.Batch);
        float* losses = stackalloc float[32];
        fixture.Kernels.CrossEntropy(logits, fixture.Batch.TargetData, 1f / fixture.Batch.CountTargets(), losses);
        fixture.Network.Backward(fixture.Batch, logits);
        float[] twice = NetworkFixture.Copy(weight.Gradients);
        Assert.Equal(once.Select(value => 2 * value), twice, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ForgottenGradientsLeaveNoTrace(bool isTied)
    {
        using var fixture = new NetworkFixture(Gpt2 with { TiedHead = isTied }, 13, 32);
        ParameterStore store = fixture.Network.Parameters;
        fixture.Randomize(5);
        fixture.FillRandom(9, [7, 9]);
        fixture.Loss(backward: true);
        float[] expected = Flat();
        foreach (Parameter parameter in store.Parameters)
        {
            new Span<float>(parameter.Gradient, (int)parameter.Specification.Count).Fill(float.NaN);
        }

        fixture.Loss(backward: true);
        Assert.Equal(expected, Flat());
        fixture.Network.ForgetGradients();
        Assert.All(Flat(), value => Assert.Equal(0, value));

        float[] Flat() => new ReadOnlySpan<float>(store.Gradients, (int)store.FlatCount).ToArray();
    }

    [Fact]
    public void ThreadsDoNotChangeABit()
    {
        float[][] gradients = new float[3][];
        for (int threads = 1; threads <= 3; threads++)
        {
            using var fixture = new NetworkFixture(Llama, 13, 32, threadCount: threads);
            fixture.Randomize(5);
            fixture.FillRandom(9, [7, 9, 3]);
            fixture.Loss(backward: true);
            var flat = new ReadOnlySpan<float>(
                fixture.Network.Parameters.Gradients, (int)fixture.Network.Parameters.FlatCount);
            gradients[threads - 1] = flat.ToArray();
        }

        Assert.Equal(gradients[0], gradients[1]);
        Assert.Equal(gradients[0], gradients[2]);
    }

    private static (TrunkRecipe Recipe, AttentionMask Mask, int[] Lengths) Parse(string variant) => variant switch
    {
        "GPT-2" => (Gpt2, AttentionMask.Causal, [7, 9]),
        "GPT-2 untied without biases" => (Gpt2 with { TiedHead = false, Biases = false }, AttentionMask.Causal, [7, 9]),
        "Llama" => (Llama, AttentionMask.Causal, [11, 3]),
        "Llama tied with biases" => (Llama with { TiedHead = true, Biases = true }, AttentionMask.Causal, [11, 3]),
        "Llama with query and key norm" => (Llama with { QueryKeyNorm = true }, AttentionMask.Causal, [11, 3]),
        "Llama bidirectional" => (Llama, AttentionMask.Bidirectional, [11, 3]),
        "GPT-2 prefix" => (Gpt2, AttentionMask.Prefix, [11, 3]),
        "one position a sequence" => (Gpt2, AttentionMask.Bidirectional, [1, 1, 1, 1, 1, 1, 1]),
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, "unknown variant"),
    };

    // With one position the softmax is 1 whatever query and key say; the joined parameter is checked by the others.
    private static bool IsIdleWithOnePosition(string name) => name.Contains("Norm.gain", StringComparison.Ordinal)
        && name.Contains("attention.query", StringComparison.Ordinal);

    private static double Slope(NetworkFixture fixture, Parameter parameter, float[] gradient, double norm)
    {
        if (norm == 0)
        {
            return 0;
        }

        // The loss is about 3, of which fp32 resolves 3e-7: the change must be far above, and the curvature below.
        double epsilon = Math.Clamp(4e-3 / norm, 1e-3, 3e-2);
        float[] saved = NetworkFixture.Copy(parameter.Values);
        double up = Shifted(epsilon), down = Shifted(-epsilon);
        Move(0);
        return (up - down) / (2 * epsilon);

        double Shifted(double distance)
        {
            Move(distance);
            return fixture.Loss();
        }

        void Move(double distance)
        {
            for (int index = 0; index < saved.Length; index++)
            {
                parameter.Data[index] = (float)(saved[index] + (distance * gradient[index] / norm));
            }
        }
    }
}
