using System.Text;
using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text.Corpora;
using Polymath.Fields.Text.Examinations;
using Polymath.Fields.Text.Sources;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>Texts made ready: the tokenizer, the tokenised corpus on disk, the held-out text.</summary>
internal sealed class TextMaterial : IDisposable
{
    // Enough text for any vocabulary; more only takes longer.
    private const long TokenizerTrainingBytes = 32 << 20;


    private const int SampleCount = 3;
    private const int SamplePromptCharacters = 64;

    private TextMaterial(Tokenizer tokenizer, TokenCorpus corpus, HeldOutText heldOut)
    {
        Tokenizer = tokenizer;
        Corpus = corpus;
        HeldOut = heldOut;
    }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The tokens on disk.</summary>
    public TokenCorpus Corpus { get; }

    /// <summary>The held-out text.</summary>
    public HeldOutText HeldOut { get; }

    /// <summary>Facts for the report.</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>The beginnings of a few held-out documents.</summary>
    public required IReadOnlyList<string> SamplePrompts { get; init; }

    /// <summary>Finds the texts, loads or trains the tokenizer, and tokenises.</summary>
    /// <param name="recipe">What to learn from, and how.</param>
    /// <param name="context">The run's folder keeps the tokenizer.</param>
    /// <param name="given">A tokenizer that a pretrained model brings, or null.</param>
    public static TextMaterial Prepare(TextRecipe recipe, SessionContext context, Tokenizer? given)
    {
        ITextSource source = TextSources
            .OpenAsync(recipe.Data, new DataStore(CacheFolders.Data), progress: new NoteProgress(context.Notes))
            .GetAwaiter().GetResult();
        string path = Path.Combine(context.RunFolder, PretrainedModel.TokenizerFileName);

        // In a folder that is no run yet it was left by a process that was killed, and may be of other texts.
        bool isTraining = context.Purpose == SessionPurpose.Training;
        bool isKept = File.Exists(path) && (!isTraining || RunFolder.IsRun(context.RunFolder));
        Tokenizer tokenizer = isKept ? TokenizerFile.Load(path) : given ?? Train(recipe, source, context.Notes);
        TokenCorpus corpus = TokenCorpus.Open(
            CacheFolders.Tokens, source, new TokenizerEncoder(tokenizer),
            new TokenCorpusOptions { DocumentEnd = tokenizer.EndOfText });
        try
        {
            Require(corpus.Training, recipe.Network.ContextLength + 1, "training");
            Require(corpus.Validation, 2, "held-out");
            if (isTraining && !isKept)
            {
                TokenizerFile.Save(tokenizer, path);
            }

            return Describe(recipe, source, tokenizer, corpus);
        }
        catch
        {
            corpus.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Corpus.Dispose();

    private static TextMaterial Describe(TextRecipe recipe, ITextSource source, Tokenizer tokenizer, TokenCorpus corpus)
    {
        TextStatistics training = source.Measure(TextPart.Training), heldOut = source.Measure(TextPart.Validation);
        long limit = recipe.ExaminationTokens == 0 ? int.MaxValue : recipe.ExaminationTokens + 1L;
        var tokens = new int[Math.Min(limit, corpus.Validation.TokenCount)];
        corpus.Validation.Read(0, tokens);
        byte[] tail = source.ReadTail(TextPart.Training, CompressionReference.DefaultBrotliPrimingBytes);
        return new TextMaterial(tokenizer, corpus, new HeldOutText(tokens, tokenizer, tail))
        {
            Facts =
            [
                ("text", source.Name),
                ("split", source.SplitRule),
                ("training text", $"{training.ByteCount:N0} bytes in {training.DocumentCount:N0} documents"),
                ("held-out text", $"{heldOut.ByteCount:N0} bytes in {heldOut.DocumentCount:N0} documents"),
                ("tokenizer", $"{tokenizer.Kind}, {tokenizer.VocabularySize:N0} tokens"),
                ("training tokens", $"{corpus.Training.TokenCount:N0}"),
            ],
            SamplePrompts = PromptsFrom(source),
        };
    }

    private static Tokenizer Train(TextRecipe recipe, ITextSource source, Action<string> notes)
    {
        switch (recipe.Tokenizer.Kind)
        {
            case TokenizerKind.Bytes:
                return new ByteTokenizer();
            case TokenizerKind.Characters:
                // The characters of both parts: a held-out text with a character of its own could not be examined.
                return CharacterTokenizer.FromText(
                    source.Read(TextPart.Training).Concat(source.Read(TextPart.Validation)).Select(block => block.Utf8));
            default:
                notes($"training a tokenizer of {recipe.Tokenizer.VocabularySize:N0} byte pairs");
                return TrainBytePairs(recipe, source);
        }
    }

    private static BytePairTokenizer TrainBytePairs(TextRecipe recipe, ITextSource source)
    {
        var trainer = new BytePairTrainer(
            new BytePairTrainingOptions { VocabularySize = recipe.Tokenizer.VocabularySize });
        long every = 1 + (source.Measure(TextPart.Training).ByteCount / TokenizerTrainingBytes);
        long index = 0;
        foreach (TextBlock block in source.Read(TextPart.Training))
        {
            if (index++ % every == 0)
            {
                trainer.Add(block.Utf8.Span);
            }
        }

        try
        {
            return trainer.Train();
        }
        catch (InvalidInputException fault)
        {
            throw new InvalidInputException(
                $"tokenizer.vocabularySize: {fault.Message}; set it lower, or tokenizer.kind to Bytes", fault);
        }
    }

    // The beginnings of documents spread over the held-out text, each cut behind a word.
    private static List<string> PromptsFrom(ITextSource source)
    {
        long every = Math.Max(1, source.Measure(TextPart.Validation).DocumentCount / SampleCount);
        var prompts = new List<string>();
        long document = 0;
        foreach (TextBlock block in source.Read(TextPart.Validation).Where(block => block.StartsDocument))
        {
            if (document++ % every == every / 2 && prompts.Count < SampleCount)
            {
                prompts.Add(Beginning(block.Utf8.Span));
            }
        }

        return prompts;
    }

    private static string Beginning(ReadOnlySpan<byte> utf8)
    {
        string text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * SamplePromptCharacters)]);
        string head = text[..Math.Min(text.Length, SamplePromptCharacters)];
        int end = head.LastIndexOfAny([' ', '\n']);
        return end > 0 ? head[..end] : head.TrimEnd('\uFFFD');
    }

    private static void Require(TokenShards tokens, int least, string what)
    {
        if (tokens.TokenCount < least)
        {
            throw new InvalidInputException(
                $"the {what} text has {tokens.TokenCount} tokens, expected at least {least}: give more text, or set "
                + "network.contextLength lower");
        }
    }
}
