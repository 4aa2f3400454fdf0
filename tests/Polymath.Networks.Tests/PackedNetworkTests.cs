using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Networks.Tests;

/// <summary>Inference with packed weights beside the same network with parameters.</summary>
public sealed unsafe class PackedNetworkTests
{
    private const int Vocabulary = 45;

    private static readonly TrunkRecipe Llama = new()
    {
        LayerCount = 2, Width = 64, HeadCount = 4, KeyValueHeadCount = 2, FeedForwardWidth = 96, ContextLength = 24,
        TiedHead = false,
    };

    private static readonly TrunkRecipe Gpt2 = new()
    {
        LayerCount = 2, Width = 64, HeadCount = 4, ContextLength = 24, Biases = true,
        Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu, Positions = PositionKind.Learned,
    };

    public static TheoryData<TrunkRecipe> Recipes => [Llama, Gpt2];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void WeightsOfFullPrecisionGiveTheSameLogits(TrunkRecipe recipe) =>
        Compare(recipe, WeightFormat.Float32, 1e-5);

    [Theory]
    [MemberData(nameof(Recipes))]
    public void EightBitsGiveLogitsCloseBy(TrunkRecipe recipe) => Compare(recipe, WeightFormat.Q8_0, 0.08);

    [Fact]
    public void OnlyTheVectorsAndSmallTablesStayParameters()
    {
        using var packed = new PackedFixture(Gpt2, WeightFormat.Q8_0);
        Assert.Contains("blocks.1.feedForward.output.weight", packed.Tokens.Network.PackedWeights.Keys);
        Assert.Contains("tokens.embedding", packed.Tokens.Network.PackedWeights.Keys);
        Assert.NotNull(packed.Tokens.Network.Parameters.Find("positions.embedding"));
        Assert.Null(packed.Tokens.Network.Parameters.Find("blocks.1.feedForward.output.weight"));
        Assert.Throws<InvalidOperationException>(() => packed.Tokens.Port.Table);
    }

    [Fact]
    public void TrainingRefusesPackedWeights()
    {
        using var plan = new MemoryPlan();
        using var kernels = CpuKernels.Create(InstructionSets.Best, 1);
        Assert.Throws<ArgumentException>(() => TokenNetwork.Build(
            kernels, plan, Llama, Vocabulary, 4, training: true, packing: weight => [WeightFormat.Float32]));
    }

    private static void Compare(TrunkRecipe recipe, WeightFormat format, double tolerance)
    {
        using var plain = new NetworkFixture(recipe, Vocabulary, 16, training: false);
        plain.Randomize(3, 0.1f);
        using var packed = new PackedFixture(recipe, format);
        packed.Take(plain.Network.Parameters);
        int[] prompt = [1, 44, 7, 7, 30, 2, 9];
        float[] expected = plain.Generator.Append(prompt).ToArray(), actual = packed.Generator.Append(prompt).ToArray();
        for (int token = 0; token < 6; token++)
        {
            float size = expected.Max(MathF.Abs);
            for (int index = 0; index < expected.Length; index++)
            {
                Assert.True(
                    Math.Abs(expected[index] - actual[index]) <= tolerance * size,
                    $"token {token}, logit {index}: expected {expected[index]}, found {actual[index]}");
            }

            expected = plain.Generator.Append([token]).ToArray();
            actual = packed.Generator.Append([token]).ToArray();
        }
    }

    private sealed class PackedFixture : IDisposable
    {
        private readonly MemoryPlan _plan = new();
        private readonly CpuKernels _kernels = CpuKernels.Create(InstructionSets.Best, 2);

        public PackedFixture(TrunkRecipe recipe, WeightFormat format)
        {
            Tokens = TokenNetwork.Build(
                _kernels, _plan, recipe, Vocabulary, 16, training: false,
                packing: weight => [.. weight.RowParts.Select(_ => format)]);
            Generator = new TokenGenerator(_plan, Tokens, 5);
            _plan.Commit();
        }

        public TokenNetwork Tokens { get; }

        public TokenGenerator Generator { get; }

        public void Take(ParameterStore parameters)
        {
            foreach (Parameter parameter in parameters.Parameters)
            {
                if (Tokens.Network.Parameters.Find(parameter.Specification.Name) is Parameter own)
                {
                    parameter.Values.AsSpan().CopyTo(own.Values.AsSpan());
                    continue;
                }

                PackedWeights packed = Tokens.Network.PackedWeights[parameter.Specification.Name];
                foreach (PackedPart part in packed.Parts)
                {
                    MatrixView rows = parameter.Values.RowRange(part.FirstRow, part.Rows);
                    var blocks = new byte[part.Rows * part.Format.RowBytes(packed.Columns)];
                    WeightCodec.Encode(part.Format, rows.AsSpan(), blocks);
                    _kernels.PackRows(packed, part.FirstRow, blocks);
                }
            }
        }

        public void Dispose()
        {
            _kernels.Dispose();
            _plan.Dispose();
        }
    }
}
