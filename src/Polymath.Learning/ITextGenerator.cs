using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>A request to continue a text.</summary>
/// <param name="Prompt">What to continue; may be empty.</param>
/// <param name="MaxTokens">The most tokens to add.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="StopStrings">Texts that end the generation where they first appear; they are not written.</param>
public sealed record TextGenerationRequest(
    string Prompt, int MaxTokens, SamplingOptions Sampling, IReadOnlyList<string> StopStrings);

/// <summary>What a generation took.</summary>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="GeneratedTokens">Tokens added.</param>
/// <param name="StopReason">Why it ended: <c>length</c>, <c>end of text</c> or <c>stop string</c>.</param>
public sealed record TextGenerationResult(int PromptTokens, int GeneratedTokens, string StopReason);

/// <summary>A session that can continue a text: a capability of some fields.</summary>
public interface ITextGenerator
{
    /// <summary>Continues the prompt; text is handed out as soon as it is sure, in whole characters.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="write">Where text goes; the prompt is not repeated.</param>
    /// <param name="cancellation">Ends it early.</param>
    TextGenerationResult Generate(
        TextGenerationRequest request, Action<string> write, CancellationToken cancellation = default);
}

/// <summary>A session whose network can be written in a layout that other programs read: a capability of some fields.</summary>
public interface IModelExporter
{
    /// <summary>The layouts, by the name that the command line uses.</summary>
    IReadOnlyList<string> Formats { get; }

    /// <summary>Writes the network into a folder and says which files.</summary>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    IReadOnlyList<string> Export(string folder, string format);
}
