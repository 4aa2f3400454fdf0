using System.Text;
using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Translation.Pairs;
using Polymath.Formats.Tokenizers;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Translation;

/// <summary>A held-out pair as text and as tokens.</summary>
internal sealed record HeldOutPair(SentencePair Pair, TokenPair Tokens);

/// <summary>Pairs made ready: cleaned, split, with their tokenizer.</summary>
internal sealed class TranslationMaterial
{
    // Enough text for any vocabulary; more only takes longer.
    private const long TokenizerTrainingBytes = 16 << 20;

    // More damage than this is counted, not told.
    private const int ToldDamage = 5;

    private static readonly Direction[] UsualDirections = [new("en", "es"), new("en", "fr"), new("en", "de")];

    /// <summary>The recipe with the directions resolved.</summary>
    public required TranslationRecipe Recipe { get; init; }

    /// <summary>Tokens of texts.</summary>
    public required TranslationTokens Tokens { get; init; }

    /// <summary>What is learnt from.</summary>
    public required IReadOnlyList<TokenPair> Training { get; init; }

    /// <summary>What is not, in a fixed order that mixes directions and data.</summary>
    public required IReadOnlyList<HeldOutPair> HeldOut { get; init; }

    /// <summary>Facts for the report.</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>Reads, cleans and splits the pairs, and trains or loads the tokenizer.</summary>
    public static TranslationMaterial Prepare(TranslationRecipe recipe, SessionContext context)
    {
        var damage = new DamageLog(recipe.Strict, context.Notes);
        Direction? stated = recipe.Directions.Count == 1 ? recipe.ParsedDirections.Single() : null;
        IReadOnlyList<IPairSource> sources = PairSources.Open(
            recipe.Data, stated, new DataStore(CacheFolders.Data), new NoteProgress(context.Notes));
        List<SentencePair> pairs = [.. sources.SelectMany(source => source.Read(damage.Add)).Select(Tidy)];
        damage.Finish();
        recipe = recipe with { Directions = [.. Resolve(recipe, pairs).Select(direction => direction.ToString())] };
        var cleaning = new PairCleaning(recipe.MaxLengthRatio);
        (List<SentencePair> training, List<SentencePair> heldOut) = Split(recipe, pairs, cleaning);
        TranslationTokens tokens = OpenTokens(recipe, context, training);
        List<TokenPair> encoded = [.. Encode(training, tokens, recipe, cleaning).Select(pair => pair.Tokens)];
        List<HeldOutPair> examined = [.. Encode(heldOut, tokens, recipe, cleaning)
            .OrderBy(pair => System.IO.Hashing.XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(pair.Pair.Source + pair.Pair.TargetLanguage)))];
        Require(encoded.Count, "training");
        Require(examined.Count, "held-out");
        return new TranslationMaterial
        {
            Recipe = recipe,
            Tokens = tokens,
            Training = encoded,
            HeldOut = examined,
            Facts =
            [
                ("pairs of texts", string.Join(", ", sources.Select(source => source.Name))),
                ("directions", string.Join(", ", recipe.Directions)),
                ("split", $"A hash of the source's key (its longer words without case, marks, numbers and placeholders) holds out {recipe.HeldOutShare:0.#%} of the sentences, near-duplicates with them"),
                ("left out", cleaning.Summary is { Length: > 0 } summary ? summary : "nothing"),
                ("training pairs", $"{encoded.Count:N0}"),
                ("held-out pairs", $"{examined.Count:N0}"),
                ("tokenizer", $"{tokens.Tokenizer.Kind}, {tokens.Tokenizer.VocabularySize:N0} tokens"),
                ("training tokens", $"{encoded.Sum(pair => (long)pair.Length):N0}, of which {encoded.Sum(pair => (long)pair.Target.Length):N0} are to be written"),
            ],
        };
    }

    private static SentencePair Tidy(SentencePair pair) =>
        pair with { Source = Tidy(pair.Source), Target = Tidy(pair.Target) };

    private static string Tidy(string text) => text.ReplaceLineEndings("\n").Trim();

    private static List<Direction> Resolve(TranslationRecipe recipe, List<SentencePair> pairs)
    {
        List<Direction> held = [.. pairs.Select(pair => pair.Direction).Distinct()
            .OrderBy(direction => direction.ToString(), StringComparer.Ordinal)];
        if (recipe.Directions.Count == 0)
        {
            List<Direction> usual = [.. UsualDirections.Where(held.Contains)];
            return usual.Count > 0 ? usual : held.Count > 0 ? held : throw new InvalidInputException("the data hold no pairs");
        }

        var chosen = new List<Direction>();
        foreach (Direction direction in recipe.ParsedDirections)
        {
            bool isHeld = held.Contains(direction) || held.Contains(new Direction(direction.Target, direction.Source));
            chosen.Add(isHeld ? direction : throw new InvalidInputException(
                $"directions: the data hold no pairs of {direction}, expected among {string.Join(", ", held)} or their reverse"));
        }

        return chosen;
    }

    // By the side that the data call the source, whichever way a pair is read: a sentence is held out in all directions.
    private static (List<SentencePair> Training, List<SentencePair> HeldOut) Split(
        TranslationRecipe recipe, List<SentencePair> pairs, PairCleaning cleaning)
    {
        HashSet<Direction> directions = [.. recipe.ParsedDirections];
        var training = new List<SentencePair>();
        var heldOut = new List<SentencePair>();
        foreach (SentencePair pair in pairs)
        {
            SentencePair reversed = pair.Reversed;
            bool isForward = directions.Contains(pair.Direction), isBackward = directions.Contains(reversed.Direction);
            if (!isForward && !isBackward)
            {
                continue;
            }

            List<SentencePair> part = SentenceKey.HoldsOut(SentenceKey.Of(pair.Source), recipe.HeldOutShare)
                ? heldOut
                : training;
            if (isForward && cleaning.Keeps(pair))
            {
                part.Add(pair);
            }

            if (isBackward && cleaning.Keeps(reversed))
            {
                part.Add(reversed);
            }
        }

        return (training, heldOut);
    }

    private static IEnumerable<HeldOutPair> Encode(
        List<SentencePair> pairs, TranslationTokens tokens, TranslationRecipe recipe, PairCleaning cleaning)
    {
        foreach (SentencePair pair in pairs)
        {
            TokenPair encoded = tokens.Encode(pair);
            if (encoded.Length <= recipe.Network.ContextLength)
            {
                yield return new HeldOutPair(pair, encoded);
            }
            else
            {
                cleaning.Count(CleaningRule.TooLong);
            }
        }
    }

    private static TranslationTokens OpenTokens(
        TranslationRecipe recipe, SessionContext context, List<SentencePair> training)
    {
        string path = Path.Combine(context.RunFolder, PretrainedModel.TokenizerFileName);
        bool isTraining = context.Purpose == SessionPurpose.Training;

        // In a folder that is no run yet it was left by a process that was killed, and may be of other texts.
        if (File.Exists(path) && (!isTraining || RunFolder.IsRun(context.RunFolder)))
        {
            return new TranslationTokens(TokenizerFile.Load(path));
        }

        context.Notes($"training a tokenizer of {recipe.VocabularySize:N0} byte pairs");
        BytePairTokenizer tokenizer = Train(recipe, training);
        if (isTraining)
        {
            TokenizerFile.Save(tokenizer, path);
        }

        return new TranslationTokens(tokenizer);
    }

    private static BytePairTokenizer Train(TranslationRecipe recipe, List<SentencePair> training)
    {
        var trainer = new BytePairTrainer(new BytePairTrainingOptions
        {
            VocabularySize = recipe.VocabularySize,
            SpecialTokens = TranslationTokens.SpecialTokens(recipe.ParsedDirections),
        });

        // A sentence that stands in several directions is learnt once.
        var seen = new HashSet<string>();
        foreach (string text in training.SelectMany(pair => new[] { pair.Source, pair.Target }))
        {
            if (trainer.ByteCount < TokenizerTrainingBytes && seen.Add(text))
            {
                trainer.Add(Encoding.UTF8.GetBytes(text));
            }
        }

        try
        {
            return trainer.Train();
        }
        catch (InvalidInputException fault)
        {
            throw new InvalidInputException($"vocabularySize: {fault.Message}; set it lower", fault);
        }
    }

    private static void Require(int count, string what)
    {
        if (count == 0)
        {
            throw new InvalidInputException(
                $"no {what} pairs are left after cleaning and splitting: give more pairs, or change heldOutShare, "
                + "maxLengthRatio or network.contextLength");
        }
    }

    private sealed class DamageLog(bool isStrict, Action<string> notes)
    {
        private int _count;

        public void Add(string sentence)
        {
            if (isStrict)
            {
                throw new InvalidInputException(sentence);
            }

            if (++_count <= ToldDamage)
            {
                notes("left out: " + sentence);
            }
        }

        public void Finish()
        {
            if (_count > ToldDamage)
            {
                notes($"left out: {_count:N0} damaged items in all");
            }
        }
    }
}
