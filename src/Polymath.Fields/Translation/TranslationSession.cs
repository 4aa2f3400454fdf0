using Polymath.Compute;
using Polymath.Fields.Translation.Examinations;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Translation;

/// <summary>A translator with its tokenizer and, where it is to learn or be examined, its pairs.</summary>
public sealed class TranslationSession : IFieldSession, ITranslator
{
    /// <summary>The most hypotheses of a search.</summary>
    public const int MaxBeamWidth = 16;

    // A pair has at least a tag, a token and the divider.
    private const int ShortestPair = 3;

    private const int SampleCount = 3;

    private readonly TranslationRecipe _recipe;
    private readonly TranslationMaterial? _material;
    private readonly TranslationTokens _tokens;
    private readonly TokenNetwork _network;
    private readonly Translator _translator;
    private readonly TranslationExperience? _experience;
    private readonly TranslationExamination? _examination;

    private TranslationSession(
        TranslationRecipe recipe, SessionContext context, TranslationTokens tokens, TranslationMaterial? material)
    {
        (_recipe, _tokens, _material) = (recipe, tokens, material);
        bool isInference = context.Purpose == SessionPurpose.Inference;
        int contextLength = recipe.Network.ContextLength;
        int rows = Math.Max(isInference ? contextLength : recipe.BatchRows, MaxBeamWidth);
        _network = TokenNetwork.Build(
            context.Kernels, context.Plan, recipe.Network, tokens.Tokenizer.VocabularySize, rows,
            context.Purpose == SessionPurpose.Training,
            isInference ? ProductPrecision.Float32 : recipe.Learning.Precision, recipe.Learning.RecomputeActivations);
        Batch = new Batch(context.Plan, new BatchShape((rows / ShortestPair) + 1, rows, AttentionMask.Prefix));
        var objective = new TokenObjective(context.Kernels, context.Plan, rows);
        Objective = objective;
        var search = new BeamSearch(context.Plan, _network, tokens.End, MaxBeamWidth, contextLength - 1);
        _translator = new Translator(search, tokens, recipe.Network);
        if (material is not null)
        {
            _experience = new TranslationExperience(material.Training, recipe);
            _examination = new TranslationExamination(_network.Network, Batch, objective, _translator, material);
        }
    }

    /// <inheritdoc/>
    public Recipe Recipe => _recipe;

    /// <inheritdoc/>
    public Network Network => _network.Network;

    /// <inheritdoc/>
    public Batch Batch { get; }

    /// <inheritdoc/>
    public IExperience Experience => _experience ?? throw NoPairs();

    /// <inheritdoc/>
    public IObjective Objective { get; }

    /// <inheritdoc/>
    public IExamination Examination => _examination ?? throw NoPairs();

    /// <inheritdoc/>
    public string RowName => "tokens";

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Facts => _material?.Facts ?? [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Directions => _recipe.Directions;

    /// <summary>Opens a session.</summary>
    internal static TranslationSession Open(TranslationRecipe recipe, SessionContext context)
    {
        if (context.Purpose == SessionPurpose.Inference)
        {
            return new TranslationSession(recipe, context, LoadTokens(context.RunFolder), null);
        }

        TranslationMaterial material = TranslationMaterial.Prepare(recipe, context);
        return new TranslationSession(material.Recipe, context, material.Tokens, material);
    }

    /// <inheritdoc/>
    public TranslationResult Translate(TranslationRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.BeamWidth is < 0 or > MaxBeamWidth || request.LengthPenalty is < 0 or > 5)
        {
            throw new InvalidInputException(
                $"the beam is {request.BeamWidth} with length penalty {request.LengthPenalty ?? 0}, expected at most {MaxBeamWidth}, and 0 to 5");
        }

        string target = request.TargetLanguage is null ? OnlyTarget() : LanguageTag.Normalize(request.TargetLanguage);
        _ = _tokens.TagOf(target);
        string source = SourceOf(request.SourceLanguage, target);
        var options = new BeamOptions
        {
            Width = request.BeamWidth == 0 ? _recipe.BeamWidth : request.BeamWidth,
            LengthPenalty = request.LengthPenalty ?? _recipe.LengthPenalty,
        };
        var lost = new List<int>();
        var translated = new List<string>();
        foreach (string line in request.Text.ReplaceLineEndings("\n").Split('\n'))
        {
            translated.Add(_translator.TranslateLine(line, target, options, cancellation));
            if (!Placeholders.AreSame(line, translated[^1]))
            {
                lost.Add(translated.Count);
            }
        }

        return new TranslationResult(string.Join('\n', translated), source, target, lost);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> MakeSamples(string samplesFolder)
    {
        if (_material is null)
        {
            return [];
        }

        var options = new BeamOptions { Width = _recipe.BeamWidth, LengthPenalty = _recipe.LengthPenalty };
        var samples = new List<string>();
        foreach (HeldOutPair pair in _material.HeldOut.Where(pair => pair.Tokens.Prefix.Length > 10).Take(SampleCount))
        {
            string translation = _translator.Translate(pair.Pair.Source, pair.Tokens.Prefix, options);
            samples.Add($"{pair.Pair.SourceLanguage}  {pair.Pair.Source}\n{pair.Pair.TargetLanguage}  {translation}\nreference  {pair.Pair.Target}");
        }

        File.WriteAllText(Path.Combine(samplesFolder, "samples.txt"), string.Join("\n\n", samples) + "\n");
        return samples;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private string OnlyTarget()
    {
        string[] languages = [.. _tokens.Languages];
        return languages.Length == 1 ? languages[0] : throw new InvalidInputException(
            $"the language to write is missing, expected one of: {string.Join(", ", languages)}");
    }

    private string SourceOf(string? stated, string target)
    {
        string[] sources = [.. _recipe.ParsedDirections.Where(direction => direction.Target == target).Select(direction => direction.Source)];
        string? wanted = stated is null ? null : LanguageTag.Normalize(stated);
        return wanted is null || sources.Contains(wanted)
            ? wanted ?? sources[0]
            : throw new InvalidInputException(
                $"unknown direction '{wanted}-{target}', expected one that this run has learnt: {string.Join(", ", _recipe.Directions)}");
    }

    private static TranslationTokens LoadTokens(string folder)
    {
        string path = Path.Combine(folder, PretrainedModel.TokenizerFileName);
        return File.Exists(path)
            ? new TranslationTokens(TokenizerFile.Load(path))
            : throw new InvalidInputException($"{folder}: holds no {PretrainedModel.TokenizerFileName}");
    }

    private static InvalidOperationException NoPairs() => new("this session was opened for inference, without pairs");
}
