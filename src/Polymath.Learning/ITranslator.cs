namespace Polymath.Learning;

/// <summary>A request to translate a text.</summary>
/// <param name="Text">The text, of any number of lines.</param>
/// <param name="SourceLanguage">The tag of its language; null: not said.</param>
/// <param name="TargetLanguage">The tag of the language to write; null: the only one.</param>
/// <param name="BeamWidth">Hypotheses of the search; 0: as the recipe says.</param>
/// <param name="LengthPenalty">The search's length penalty; null: as the recipe says.</param>
public sealed record TranslationRequest(
    string Text, string? SourceLanguage, string? TargetLanguage, int BeamWidth = 0, float? LengthPenalty = null);

/// <summary>A translation.</summary>
/// <param name="Text">The text, with as many lines as the source.</param>
/// <param name="SourceLanguage">The language that it was read as.</param>
/// <param name="TargetLanguage">The language that it was written in.</param>
/// <param name="LostPlaceholders">Numbers of the lines, from 1, whose placeholders or markup were not kept.</param>
public sealed record TranslationResult(
    string Text, string SourceLanguage, string TargetLanguage, IReadOnlyList<int> LostPlaceholders);

/// <summary>A session that translates: a capability of some fields.</summary>
public interface ITranslator
{
    /// <summary>The directions that were learnt, such as <c>en-es</c>.</summary>
    IReadOnlyList<string> Directions { get; }

    /// <summary>Translates a text line by line.</summary>
    /// <exception cref="Compute.InvalidInputException">The language is unknown (names the known ones), or a line is too long.</exception>
    TranslationResult Translate(TranslationRequest request, CancellationToken cancellation = default);
}
