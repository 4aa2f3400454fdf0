using System.Text.Json.Serialization;
using Polymath.Compute;
using Polymath.Learning;

namespace Polymath.Fields.Translation;

/// <summary>A translator: everything that decides a run.</summary>
public sealed record TranslationRecipe : Recipe
{
    /// <inheritdoc/>
    public override string Field { get; init; } = TranslationField.FieldName;

    /// <summary>
    /// The directions of the one network, such as <c>en-es</c>; empty: English to Spanish, French and German where the
    /// data hold them, else all that they hold. A direction that the data hold the other way is turned round.
    /// </summary>
    public IReadOnlyList<string> Directions { get; init; } = [];

    /// <summary>The directions, parsed; those that are none are <see cref="Validate"/>'s to name.</summary>
    [JsonIgnore]
    internal IEnumerable<Direction> ParsedDirections => Directions.Select(text =>
        Direction.TryParse(text, out Direction direction) ? direction : default);

    /// <summary>Tokens of the joint byte-pair vocabulary, the bytes and the special tokens included.</summary>
    public int VocabularySize { get; init; } = 4096;

    /// <summary>Positions of a micro-batch, which as many pairs share as find room.</summary>
    public int BatchRows { get; init; } = 1024;

    /// <summary>The share of the sentences that is held out; near-duplicates of a sentence go where it goes.</summary>
    public float HeldOutShare { get; init; } = 0.03f;

    /// <summary>The most that one side of a pair may be longer than the other.</summary>
    public float MaxLengthRatio { get; init; } = 2.5f;

    /// <summary>Held-out sentences of every direction and data set that the examination at the end translates; 0: all.</summary>
    public int ExaminationSentences { get; init; } = 200;

    /// <summary>Held-out pairs that an examination in passing scores.</summary>
    public int QuickExaminationPairs { get; init; } = 200;

    /// <summary>Hypotheses of the beam search.</summary>
    public int BeamWidth { get; init; } = 4;

    /// <summary>The length penalty of the beam search.</summary>
    public float LengthPenalty { get; init; } = 0.6f;

    /// <inheritdoc/>
    public override void Validate(ICollection<string> errors)
    {
        base.Validate(errors);
        foreach (string direction in Directions)
        {
            errors.Require(
                Direction.TryParse(direction, out _),
                $"directions holds '{direction}', expected two different language tags such as en-es or en>pt-BR");
        }

        errors.Require(Directions.Distinct().Count() == Directions.Count, "directions holds a direction twice");
        errors.Require(VocabularySize is >= 300 and <= 1_000_000, $"vocabularySize is {VocabularySize}, expected 300 to 1000000");
        errors.Require(BatchRows is >= 16 and <= 1 << 20, $"batchRows is {BatchRows}, expected 16 to {1 << 20}");
        errors.Require(
            BatchRows >= Network.ContextLength,
            $"batchRows is {BatchRows}, expected at least network.contextLength, {Network.ContextLength}");
        errors.Require(Network.ContextLength >= 8, $"network.contextLength is {Network.ContextLength}, expected at least 8");
        errors.Require(HeldOutShare is > 0 and <= 0.5f, $"heldOutShare is {HeldOutShare}, expected above 0 and at most 0.5");
        errors.Require(MaxLengthRatio is >= 1 and <= 100, $"maxLengthRatio is {MaxLengthRatio}, expected 1 to 100");
        errors.Require(ExaminationSentences >= 0, $"examinationSentences is {ExaminationSentences}, expected 0 (all) or more");
        errors.Require(QuickExaminationPairs >= 1, $"quickExaminationPairs is {QuickExaminationPairs}, expected 1 or more");
        errors.Require(
            BeamWidth is >= 1 and <= TranslationSession.MaxBeamWidth,
            $"beamWidth is {BeamWidth}, expected 1 to {TranslationSession.MaxBeamWidth}");
        errors.Require(LengthPenalty is >= 0 and <= 5, $"lengthPenalty is {LengthPenalty}, expected 0 to 5");
    }
}

/// <summary>Reads and writes recipes of the field without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = true)]
[JsonSerializable(typeof(TranslationRecipe))]
internal sealed partial class TranslationRecipeJson : JsonSerializerContext;
