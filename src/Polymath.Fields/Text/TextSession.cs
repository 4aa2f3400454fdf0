using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>A text model with its tokenizer and, where it is to learn or be examined, its texts.</summary>
public sealed class TextSession : IFieldSession, ITextGenerator, IModelExporter
{
    // A prompt is taken in by chunks of so many tokens where no training step decides the size.
    private const int InferenceRows = 128;

    private const int SampleTokens = 80;

    private const string HuggingFace = "huggingface", GgufFileName = "model" + GgufModel.FileExtension;

    private static readonly Dictionary<string, WeightFormat> GgufFormats = new()
    {
        ["gguf"] = WeightFormat.Float32, ["gguf-f16"] = WeightFormat.Float16, ["gguf-bf16"] = WeightFormat.BFloat16,
        ["gguf-q8_0"] = WeightFormat.Q8_0, ["gguf-q4_0"] = WeightFormat.Q4_0,
    };

    private readonly TextRecipe _recipe;
    private readonly TextMaterial? _material;
    private readonly Tokenizer _tokenizer;
    private readonly TokenNetwork _network;
    private readonly Pretrained? _pretrained;
    private readonly TextGeneration _generation;
    private readonly TextExperience? _experience;
    private readonly TextExamination? _examination;

    private TextSession(
        TextRecipe recipe, SessionContext context, Tokenizer tokenizer, TextMaterial? material, Pretrained? pretrained)
    {
        (_recipe, _tokenizer, _material, _pretrained) = (recipe, tokenizer, material, pretrained);
        int rows = material is null
            ? Math.Min(InferenceRows, recipe.Network.ContextLength)
            : recipe.BatchSize * recipe.Network.ContextLength;
        _network = TokenNetwork.Build(
            context.Kernels, context.Plan, recipe.Network, Math.Max(tokenizer.VocabularySize, recipe.ModelVocabularySize), rows,
            context.Purpose == SessionPurpose.Training,
            context.Purpose == SessionPurpose.Inference ? ProductPrecision.Float32 : recipe.Learning.Precision,
            recipe.Learning.RecomputeActivations,
            context.Purpose == SessionPurpose.Training ? null : pretrained?.Packing);
        Batch = new Batch(context.Plan, new BatchShape(recipe.IsolateDocuments ? rows : Math.Max(1, recipe.BatchSize), rows));
        var objective = new TokenObjective(context.Kernels, context.Plan, rows);
        Objective = objective;
        var generator = new TokenGenerator(context.Plan, _network, Math.Min(InferenceRows, rows));
        _generation = new TextGeneration(tokenizer, generator, pretrained?.Configuration.EndOfTextToken);
        if (material is not null)
        {
            _experience = new TextExperience(material.Corpus.Training, recipe, tokenizer.EndOfText);
            _examination = new TextExamination(_network.Network, Batch, objective, material.HeldOut, recipe);
        }
    }

    /// <inheritdoc/>
    public Recipe Recipe => _recipe;

    /// <inheritdoc/>
    public Network Network => _network.Network;

    /// <inheritdoc/>
    public Batch Batch { get; }

    /// <inheritdoc/>
    public IExperience Experience => _experience ?? throw NoTexts();

    /// <inheritdoc/>
    public IObjective Objective { get; }

    /// <inheritdoc/>
    public IExamination Examination => _examination ?? throw NoTexts();

    /// <inheritdoc/>
    public string RowName => "tokens";

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Facts => _material?.Facts ?? [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Formats { get; } = [HuggingFace, .. GgufFormats.Keys];

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer => _tokenizer;

    /// <summary>Opens a session.</summary>
    internal static TextSession Open(TextRecipe recipe, SessionContext context)
    {
        Pretrained? pretrained = recipe.From is null || recipe.ModelVocabularySize > 0 ? null : Pretrained.Open(recipe.From);
        TextMaterial? material = null;
        try
        {
            if (pretrained is not null)
            {
                recipe = recipe with
                {
                    Network = context.Purpose == SessionPurpose.Inference
                        ? pretrained.NetworkForInference()
                        : pretrained.NetworkForTraining(recipe.Network),
                    ModelVocabularySize = pretrained.Configuration.VocabularySize,
                };
            }

            if (context.Purpose == SessionPurpose.Inference)
            {
                Tokenizer tokenizer = pretrained?.Tokenizer ?? LoadTokenizer(context.RunFolder);
                return new TextSession(recipe, context, tokenizer, null, pretrained);
            }

            material = TextMaterial.Prepare(recipe, context, pretrained?.Tokenizer);
            return new TextSession(recipe, context, material.Tokenizer, material, pretrained);
        }
        catch
        {
            material?.Dispose();
            pretrained?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void InitializeParameters()
    {
        Network.Parameters.Initialize(_recipe.Seed);
        _pretrained?.ReadWeights(_network);
    }

    /// <inheritdoc/>
    public TextGenerationResult Generate(
        TextGenerationRequest request, Action<string> write, CancellationToken cancellation = default) =>
        _generation.Generate(request, write, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<string> MakeSamples(string samplesFolder)
    {
        var samples = new List<string>();
        foreach (string prompt in _material?.SamplePrompts ?? [""])
        {
            var text = new System.Text.StringBuilder(prompt);
            var request = new TextGenerationRequest(
                prompt, SampleTokens, new SamplingOptions { Seed = _recipe.Seed, MinP = 0.05f }, []);
            Generate(request, piece => text.Append(piece));
            samples.Add(text.ToString());
        }

        File.WriteAllText(Path.Combine(samplesFolder, "samples.txt"), string.Join("\n\n---\n\n", samples) + "\n");
        return samples;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Export(string folder, string format)
    {
        if (!Formats.Contains(format))
        {
            throw new InvalidInputException($"unknown format '{format}', expected {string.Join(", ", Formats)}");
        }

        if (Network.PackedWeights.Count > 0)
        {
            throw new InvalidInputException(
                $"{_pretrained!.Path}: its weights are in a compact format already; expected a run, or a model of fp32 weights");
        }

        if (GgufFormats.TryGetValue(format, out WeightFormat weights))
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            GgufModelWriter.Write(Path.Combine(folder, GgufFileName), _network, _tokenizer, name, weights);
        }
        else
        {
            PretrainedModel.Write(folder, _network, _tokenizer.EndOfText);
            TokenizerFile.Save(_tokenizer, Path.Combine(folder, PretrainedModel.TokenizerFileName));
        }

        return [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _material?.Dispose();
        _pretrained?.Dispose();
    }

    private static Tokenizer LoadTokenizer(string folder)
    {
        string path = Path.Combine(folder, PretrainedModel.TokenizerFileName);
        return File.Exists(path)
            ? TokenizerFile.Load(path)
            : throw new InvalidInputException($"{folder}: holds no {PretrainedModel.TokenizerFileName}");
    }

    private static InvalidOperationException NoTexts() => new("this session was opened for inference, without texts");
}
