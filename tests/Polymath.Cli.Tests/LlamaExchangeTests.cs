using System.Text.Json;
using Polymath.Cli.Benchmarks.Peers;
using Polymath.Cli.Tests.Fixtures;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Formats.Tokenizers;
using Polymath.Networks;

namespace Polymath.Cli.Tests;

/// <summary>llama.cpp reads what is exported: it cuts texts into the same tokens and continues them alike.</summary>
public sealed class LlamaExchangeTests : IDisposable
{
    private const int ContextLength = 64, TokenCount = 24;

    private static readonly string[] Texts =
    [
        "the old ship turns under the stone.", "  two  spaces,\n\nnew lines\tand tabs ", "1234567 89 – 日本の川 🦜 élève",
        "It's we'll I'M THEY'RE can't", "x=y+1;//comment\r\n}", "",
    ];

    private readonly Workplace _place = new();

    public static bool HasLlama => OperatingSystem.IsLinux() && Environment.Is64BitProcess
        && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            == System.Runtime.InteropServices.Architecture.X64;

    public static TheoryData<string, WeightFormat> Models => new()
    {
        { "gpt2", WeightFormat.Float32 }, { "llama", WeightFormat.Float32 }, { "qwen3", WeightFormat.Float32 },
        { "gpt2", WeightFormat.Q8_0 }, { "llama", WeightFormat.Q8_0 }, { "qwen3", WeightFormat.Q8_0 },
        { "llama", WeightFormat.Q4_0 }, { "llama", WeightFormat.Float16 }, { "llama", WeightFormat.BFloat16 },
    };

    public void Dispose() => _place.Dispose();

    [Theory(SkipUnless = nameof(HasLlama), Skip = "no prebuilt llama.cpp for this system")]
    [MemberData(nameof(Models))]
    public void LlamaTakesTheSameTokensAndContinuesThemAlike(string architecture, WeightFormat format)
    {
        string path = _place["model.gguf"];
        Write(path, architecture, format);
        Assert.True(LlamaPeer.IsInstalled(Assert.Fail));
        using PeerProcess llama = PeerProcess.Start("node", "llama.mjs", [path, "1", $"{ContextLength}"]);
        using GgufModel model = GgufModel.Open(path);
        foreach (string text in Texts)
        {
            Assert.Equal(model.Tokenizer.Encode(text), Ask(llama, "tokenize " + JsonSerializer.Serialize(text)));
        }

        int[] prompt = model.Tokenizer.Encode(Texts[0]);
        int[] chosen = Ask(llama, $"greedy {TokenCount} {string.Join(' ', prompt)}");
        Assert.Equal(TokenCount, chosen.Length);
        Assert.True(chosen.Distinct().Count() > 4, "a sequence that repeats itself tells little");
        AssertLikeliest(model, prompt, chosen, TieOf(format));
    }

    // llama.cpp rounds keys and values to binary16 and takes GELU from a table; what a quantised matrix reads, it rounds to
    // eight bits as we do, but by other blocks and scales: logits, whose deviation is about 1.6, were seen to move by 0.1, and
    // 3 tokens of 24 to change.
    private static (float Logits, int Count) TieOf(WeightFormat format) =>
        format is WeightFormat.Q8_0 or WeightFormat.Q4_0 ? (0.2f, 6) : (0.05f, 2);

    private static int[] Ask(PeerProcess llama, string line) =>
        [.. llama.Ask(line).GetProperty("tokens").EnumerateArray().Select(token => token.GetInt32())];

    // Each token is the likeliest behind those before it, or as likely but for rounding.
    private static void AssertLikeliest(GgufModel model, int[] prompt, int[] chosen, (float Logits, int Count) tie)
    {
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        using var plan = new MemoryPlan();
        TokenNetwork network = TokenNetwork.Build(
            kernels, plan, model.Configuration.Recipe, model.Configuration.VocabularySize, prompt.Length, training: false,
            packing: model.FormatsOf);
        var generator = new TokenGenerator(plan, network, prompt.Length);
        plan.Commit();
        model.ReadWeights(network);
        Span<float> logits = generator.Append(prompt);
        int ties = 0;
        foreach (int token in chosen)
        {
            int likeliest = MemoryExtensions.IndexOf(logits, logits.ToArray().Max());
            if (token != likeliest)
            {
                ties++;
                Assert.True(logits[token] > logits[likeliest] - tie.Logits, $"{token} has {logits[token]}, {likeliest} {logits[likeliest]}");
            }

            logits = generator.Append([token]);
        }

        Assert.True(ties <= tie.Count, $"{ties} of {chosen.Length} tokens differ");
    }

    private void Write(string path, string architecture, WeightFormat format)
    {
        Tokenizer tokenizer = Train(architecture);
        TrunkRecipe recipe = architecture switch
        {
            "gpt2" => new TrunkRecipe
            {
                Normalization = NormalizationKind.LayerNorm, Activation = ActivationKind.Gelu, Biases = true,
                Positions = PositionKind.Learned,
            },
            "llama" => new TrunkRecipe { KeyValueHeadCount = 2, TiedHead = false, RotaryBase = 500_000 },
            _ => new TrunkRecipe { KeyValueHeadCount = 1, HeadWidth = 32, QueryKeyNorm = true, NormalizationEpsilon = 1e-6f },
        };
        recipe = recipe with
        {
            LayerCount = 2, Width = 64, HeadCount = 4, FeedForwardWidth = 96, ContextLength = ContextLength,
        };
        using var kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        using var plan = new MemoryPlan();

        // Three rows more than the tokenizer has tokens, as published models have.
        TokenNetwork network = TokenNetwork.Build(
            kernels, plan, recipe, tokenizer.VocabularySize + 3, 1, training: false);
        plan.Commit();
        Randomize(network.Network.Parameters);
        GgufModelWriter.Write(path, network, tokenizer, "test", format);
    }

    private static unsafe void Randomize(ParameterStore parameters)
    {
        foreach (Parameter parameter in parameters.Parameters)
        {
            ParameterSpecification specification = parameter.Specification;
            var random = new RandomStream(7, RandomStream.StreamOf(specification.Name));
            for (long index = 0; index < specification.Count; index++)
            {
                parameter.Data[index] = specification.InitialMean + (0.2f * random.NextNormal());
            }
        }
    }

    private Tokenizer Train(string architecture)
    {
        PreTokenization cuts = architecture switch
        {
            "gpt2" => PreTokenization.Gpt2,
            "llama" => PreTokenization.Llama3,
            _ => PreTokenization.Qwen,
        };
        var trainer = new BytePairTrainer(new BytePairTrainingOptions { VocabularySize = 320, PreTokenization = cuts });
        trainer.Add(System.Text.Encoding.UTF8.GetBytes(TinyText.Content));
        string path = _place["tokenizer.json"];
        TokenizerFile.Save(trainer.Train(), path);
        if (cuts == PreTokenization.Llama3)
        {
            // As Llama 3's own, which a tokenizer that we train is not.
            string json = File.ReadAllText(path);
            Assert.Contains("\"ignore_merges\": false", json, StringComparison.Ordinal);
            File.WriteAllText(path, json.Replace("\"ignore_merges\": false", "\"ignore_merges\": true", StringComparison.Ordinal));
        }

        return TokenizerFile.Load(path);
    }
}
