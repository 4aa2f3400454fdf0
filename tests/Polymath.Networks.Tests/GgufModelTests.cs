using System.Text;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Formats.Tokenizers;

namespace Polymath.Networks.Tests;

/// <summary>Models written as GGUF files come back equal, or as close as their format; damaged ones are refused by name.</summary>
public sealed class GgufModelTests : IDisposable
{
    private const int Rows = 8;

    private static readonly BytePairTokenizer Tokenizer = Train();

    private readonly string _folder = Directory.CreateTempSubdirectory("polymath-gguf-").FullName;

    public static TheoryData<string> Architectures => ["gpt2", "llama", "llama with biases", "qwen3"];

    private string File => Path.Combine(_folder, "model.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Architectures))]
    public void AModelOfFullPrecisionComesBackToTheBit(string architecture)
    {
        using NetworkFixture written = Write(architecture, WeightFormat.Float32);
        using GgufModel model = GgufModel.Open(File);
        Assert.Equal(written.Network.Trunk.Recipe with { KeyValueHeadCount = 0, HeadWidth = 0, FeedForwardWidth = 0 },
            model.Configuration.Recipe with { KeyValueHeadCount = 0, HeadWidth = 0, FeedForwardWidth = 0 });
        Assert.Equal(Tokenizer.EndOfText, model.Configuration.EndOfTextToken);
        Assert.Equal(Tokenizer.Fingerprint, model.Tokenizer.Fingerprint);
        Assert.Equal(Logits(written.Tokens, written.Generator), ReadAndPredict(model));
    }

    [Theory]
    [InlineData("gpt2", WeightFormat.Q8_0, 0.04)]
    [InlineData("llama", WeightFormat.Q8_0, 0.04)]
    [InlineData("llama with biases", WeightFormat.Q8_0, 0.04)]
    [InlineData("qwen3", WeightFormat.Q8_0, 0.04)]
    [InlineData("llama", WeightFormat.Q4_0, 0.3)]
    [InlineData("llama", WeightFormat.Float16, 1e-3)]
    [InlineData("llama", WeightFormat.BFloat16, 0.02)]
    public void OtherFormatsComeBackAsCloseAsTheyAre(string architecture, WeightFormat format, double tolerance)
    {
        using NetworkFixture written = Write(architecture, format);
        using GgufModel model = GgufModel.Open(File);
        float[] expected = Logits(written.Tokens, written.Generator), found = ReadAndPredict(model);
        double scale = Math.Sqrt(expected.Average(value => (double)value * value));
        double error = Math.Sqrt(expected.Zip(found, (a, b) => ((double)a - b) * (a - b)).Average());
        Assert.True(error < tolerance * scale, $"the root mean square error is {error}, of logits {scale}");
        Assert.NotEqual(0, error);
    }

    [Fact]
    public void TrainingReadsQuantisedWeightsAsParameters()
    {
        using NetworkFixture written = Write("llama", WeightFormat.Q8_0);
        using GgufModel model = GgufModel.Open(File);
        using var read = new NetworkFixture(model.Configuration.Recipe, model.Configuration.VocabularySize, Rows);
        model.ReadWeights(read.Tokens);
        foreach (Parameter parameter in written.Network.Parameters.Parameters)
        {
            float[] expected = NetworkFixture.Copy(parameter.Values);
            float[] found = NetworkFixture.Copy(read.Network.Parameters[parameter.Specification.Name].Values);
            Assert.Equal(expected, found, (a, b) => Math.Abs(a - b) < 0.01);
        }
    }

    [Fact]
    public void HostileBytesAreInvalidInputAndNothingElse()
    {
        Write("llama", WeightFormat.Q8_0).Dispose();
        byte[] good = System.IO.File.ReadAllBytes(File);
        var random = new RandomStream(5, RandomStream.StreamOf("hostile"));
        int refused = 0;
        for (int round = 0; round < 600; round++)
        {
            byte[] bad = round % 3 == 0 ? good[..(int)random.NextBelow(good.Length)] : [.. good];
            for (int flip = 0; bad.Length > 0 && flip < round % 3 * 2; flip++)
            {
                // The header is about the first 16 kB: most damage should hit it.
                bad[(int)random.NextBelow(Math.Min(bad.Length, 16_000))] ^= (byte)(1 << (int)random.NextBelow(8));
            }

            System.IO.File.WriteAllBytes(File, bad);
            try
            {
                GgufModel.Open(File).Dispose();
            }
            catch (InvalidInputException fault)
            {
                refused++;
                Assert.Contains(File, fault.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(refused > 200, $"only {refused} files were refused");
    }

    private static BytePairTokenizer Train()
    {
        var trainer = new BytePairTrainer(new BytePairTrainingOptions { VocabularySize = 270 });
        trainer.Add(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the old garden, the other day; ", 9))));
        return trainer.Train();
    }

    private static float[] ReadAndPredict(GgufModel model)
    {
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 2);
        using var plan = new MemoryPlan();
        TokenNetwork network = TokenNetwork.Build(
            kernels, plan, model.Configuration.Recipe, model.Configuration.VocabularySize, Rows, training: false,
            packing: model.FormatsOf);
        var generator = new TokenGenerator(plan, network, 5);
        plan.Commit();
        model.ReadWeights(network);
        return Logits(network, generator);
    }

    private static float[] Logits(TokenNetwork network, TokenGenerator generator)
    {
        generator.Reset();
        return
        [
            .. generator.Append([5, 250, 17, 17, 100]).ToArray(), .. generator.Append([network.VocabularySize - 1]).ToArray(),
        ];
    }

    private NetworkFixture Write(string architecture, WeightFormat format)
    {
        TrunkRecipe recipe = architecture switch
        {
            "gpt2" => new TrunkRecipe
            {
                Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu, Biases = true,
                Positions = PositionKind.Learned,
            },
            "qwen3" => new TrunkRecipe { KeyValueHeadCount = 2, HeadWidth = 32, QueryKeyNorm = true },
            _ => new TrunkRecipe { KeyValueHeadCount = 2, TiedHead = false, Biases = architecture != "llama" },
        };
        recipe = recipe with { LayerCount = 2, Width = 64, HeadCount = 4, FeedForwardWidth = 96, ContextLength = 16 };
        var fixture = new NetworkFixture(recipe, Tokenizer.VocabularySize, Rows, training: false);
        fixture.Randomize(3, 0.1f);
        GgufModelWriter.Write(File, fixture.Tokens, Tokenizer, "test", format);
        return fixture;
    }
}
