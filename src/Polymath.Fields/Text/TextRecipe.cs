using System.Text.Json.Serialization;
using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;

namespace Polymath.Fields.Text;

/// <summary>Which tokenizer a text model uses.</summary>
public sealed record TokenizerRecipe
{
    /// <summary>How text becomes tokens.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<TokenizerKind>))]
    public TokenizerKind Kind { get; init; } = TokenizerKind.BytePairs;

    /// <summary>Tokens of a byte-pair vocabulary, the 256 bytes and the end-of-text token included.</summary>
    public int VocabularySize { get; init; } = 4096;
}

/// <summary>A text model: everything that decides a run.</summary>
public sealed record TextRecipe : Recipe
{
    /// <inheritdoc/>
    public override string Field { get; init; } = TextField.FieldName;

    /// <summary>
    /// A folder in the Hugging Face layout or a GGUF file, whose architecture, tokenizer and weights are the start;
    /// <c>network</c> and <c>tokenizer</c> are then taken from there.
    /// </summary>
    public string? From { get; init; }

    /// <summary>The tokenizer.</summary>
    public TokenizerRecipe Tokenizer { get; init; } = new();

    /// <summary>
    /// Rows of the embedding table; 0: as many as the tokenizer has tokens. A run that starts from another model keeps
    /// its number here, and no longer needs that model.
    /// </summary>
    public int ModelVocabularySize { get; init; }

    /// <summary>Sequences of <c>network.contextLength</c> tokens in a micro-batch.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Whether documents packed behind each other are kept from seeing each other.</summary>
    public bool IsolateDocuments { get; init; }

    /// <summary>
    /// The share of the context that a window of the examination at the end repeats from the one before, so that its
    /// scored tokens have something to go by; 0: none.
    /// </summary>
    public float ExaminationOverlap { get; init; } = 0.5f;

    /// <summary>Tokens of held-out text that the examination at the end scores, from its beginning; 0: all.</summary>
    public int ExaminationTokens { get; init; } = 200_000;

    /// <summary>Tokens that an examination in passing scores, in windows that do not overlap.</summary>
    public int QuickExaminationTokens { get; init; } = 8_192;

    /// <inheritdoc/>
    public override void Validate(ICollection<string> errors)
    {
        base.Validate(errors);
        errors.Require(BatchSize is >= 1 and <= 65536, $"batchSize is {BatchSize}, expected 1 to 65536");
        errors.Require(
            ExaminationOverlap is >= 0 and <= 0.95f,
            $"examinationOverlap is {ExaminationOverlap}, expected 0 to 0.95");
        errors.Require(
            ModelVocabularySize is >= 0 and <= 1 << 24,
            $"modelVocabularySize is {ModelVocabularySize}, expected 0 to {1 << 24}");
        errors.Require(ExaminationTokens >= 0, $"examinationTokens is {ExaminationTokens}, expected 0 (all) or more");
        errors.Require(
            QuickExaminationTokens >= 1, $"quickExaminationTokens is {QuickExaminationTokens}, expected 1 or more");
        errors.Require(
            Tokenizer.VocabularySize is >= 257 and <= 1_000_000,
            $"tokenizer.vocabularySize is {Tokenizer.VocabularySize}, expected 257 to 1000000");
        errors.Require(
            (long)BatchSize * Network.ContextLength <= 1 << 22,
            $"batchSize times network.contextLength is {(long)BatchSize * Network.ContextLength}, expected at most {1 << 22}");
        errors.Require(Network.ContextLength >= 2, $"network.contextLength is {Network.ContextLength}, expected at least 2 for text");
    }
}

/// <summary>Reads and writes recipes of the field without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(TextRecipe))]
internal sealed partial class TextRecipeJson : JsonSerializerContext;
