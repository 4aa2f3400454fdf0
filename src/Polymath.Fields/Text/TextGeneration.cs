using Polymath.Compute;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>Continues texts with a token network: prompt to tokens, sampling, tokens to whole characters, stop strings.</summary>
public sealed class TextGeneration : ITextGenerator
{
    private readonly Tokenizer _tokenizer;
    private readonly TokenGenerator _generator;
    private readonly int? _endOfText;

    /// <summary>Joins a tokenizer and a generator.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="generator">The generator.</param>
    /// <param name="endOfText">A token that ends a text beside the tokenizer's, as models for conversation have; or null.</param>
    public TextGeneration(Tokenizer tokenizer, TokenGenerator generator, int? endOfText = null) =>
        (_tokenizer, _generator, _endOfText) = (tokenizer, generator, endOfText);

    /// <inheritdoc/>
    public TextGenerationResult Generate(
        TextGenerationRequest request, Action<string> write, CancellationToken cancellation = default)
    {
        int[] prompt = TokensOf(request.Prompt);
        var sampler = new Sampler(_tokenizer.VocabularySize, request.Sampling);
        var characters = new Utf8TokenStream(_tokenizer);
        var output = new StopStringFilter(request.StopStrings, write);
        _generator.Reset();
        Span<float> logits = _generator.Append(prompt);
        int count = 0;
        string reason = "length";
        while (count < request.MaxTokens)
        {
            cancellation.ThrowIfCancellationRequested();
            int token = sampler.Sample(logits[.._tokenizer.VocabularySize], _generator.History);
            count++;
            if (token == _tokenizer.EndOfText || token == _endOfText)
            {
                reason = "end of text";
                break;
            }

            if (!output.Write(characters.Append(token)))
            {
                return new(prompt.Length, count, "stop string");
            }

            if (count < request.MaxTokens)
            {
                logits = _generator.Append([token]);
            }
        }

        reason = output.Write(characters.Flush()) ? reason : "stop string";
        output.Flush();
        return new(prompt.Length, count, reason);
    }

    private int[] TokensOf(string prompt)
    {
        IReadOnlyList<int> prefix = (_tokenizer as BytePairTokenizer)?.TextPrefix ?? [];
        int[] tokens = [.. prefix, .. _tokenizer.Encode(prompt)];
        if (tokens.Length > 0)
        {
            return tokens;
        }

        // A text begins behind the end of the one before; without such a token, behind a new line or the first token.
        if (_tokenizer.EndOfText is int endOfText)
        {
            return [endOfText];
        }

        try
        {
            return _tokenizer.Encode("\n");
        }
        catch (InvalidInputException)
        {
            return [0];
        }
    }
}
