using System.Globalization;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Translation.Examinations;

/// <summary>
/// Held-out pairs: the loss on their targets in passing; at the end BLEU and chrF of their translations, beside copying
/// the source and beside Apertium, by direction and data set.
/// </summary>
public sealed class TranslationExamination : IExamination
{
    private const int ShownTranslations = 10;

    // Sentences that a person reads in a table.
    private const int ShortestShown = 25, LongestShown = 130;

    private readonly Network _network;
    private readonly Batch _batch;
    private readonly TokenObjective _objective;
    private readonly Translator _translator;
    private readonly TranslationMaterial _material;

    internal TranslationExamination(
        Network network, Batch batch, TokenObjective objective, Translator translator, TranslationMaterial material) =>
        (_network, _batch, _objective, _translator, _material) = (network, batch, objective, translator, material);

    /// <inheritdoc/>
    public string DecisiveMetric => "loss";

    /// <inheritdoc/>
    public string LossMetric => "loss";

    /// <inheritdoc/>
    public bool LowerIsBetter => true;

    /// <inheritdoc/>
    public ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        bool isFull = depth == ExaminationDepth.Full;
        double loss = Score(
            isFull ? _material.HeldOut : [.. _material.HeldOut.Take(_material.Recipe.QuickExaminationPairs)], cancellation);
        List<KeyValuePair<string, double>> metrics = [new(DecisiveMetric, loss), new("perplexity", Math.Exp(loss))];
        return isFull ? Translate(metrics, cancellation) : new ExaminationResult(metrics, [], []);
    }

    private ExaminationResult Translate(List<KeyValuePair<string, double>> metrics, CancellationToken cancellation)
    {
        List<Translated> all = [];
        int limit = _material.Recipe.ExaminationSentences is 0 ? int.MaxValue : _material.Recipe.ExaminationSentences;
        var options = new BeamOptions
        {
            Width = _material.Recipe.BeamWidth, LengthPenalty = _material.Recipe.LengthPenalty,
        };
        foreach (var group in Groups())
        {
            foreach (HeldOutPair pair in group.Take(limit))
            {
                string translation = _translator.Translate(pair.Pair.Source, pair.Tokens.Prefix, options, cancellation);
                all.Add(new Translated(pair.Pair, translation));
            }
        }

        var references = new List<ReferenceFigure>();
        var remarks = new List<string>
        {
            $"Translations by a beam of {options.Width} with length penalty {options.LengthPenalty}.",
            $"BLEU|{BleuScore.Signature}",
            $"chrF2|{ChrfScore.Signature}",
        };
        var rows = new List<IReadOnlyList<string>>();
        foreach (string direction in _material.Recipe.Directions)
        {
            List<Translated> own = [.. all.Where(item => item.Pair.Direction.ToString() == direction)];
            if (own.Count == 0)
            {
                continue;
            }

            IReadOnlyList<string>? apertium = Apertium.Translate(
                [.. own.Select(item => item.Pair.Source)], own[0].Pair.Direction, remarks, cancellation);
            Compare(direction, own, apertium, metrics, references);
            rows.AddRange(Rows(direction, own, apertium));
        }

        metrics.Add(new("placeholders_kept", ShareKept(all)));
        metrics.Add(new("sentences", all.Count));
        return new ExaminationResult(metrics, references, remarks)
        {
            Tables =
            [
                new("Quality by direction and data", ["direction", "data", "whose", "sentences", "BLEU", "chrF2"], rows),
                new("Ten translations of held-out texts", ["text", "what it is"], Shown(all)),
            ],
        };
    }

    private IEnumerable<IGrouping<(string Direction, string Origin), HeldOutPair>> Groups() => _material.HeldOut
        .GroupBy(pair => (pair.Pair.Direction.ToString(), pair.Pair.Origin))
        .OrderBy(group => group.Key.Item1, StringComparer.Ordinal).ThenBy(group => group.Key.Origin, StringComparer.Ordinal);

    private static void Compare(
        string direction, List<Translated> own, IReadOnlyList<string>? apertium,
        List<KeyValuePair<string, double>> metrics, List<ReferenceFigure> references)
    {
        string[] wanted = [.. own.Select(item => item.Pair.Target)];
        string[] translations = [.. own.Select(item => item.Translation)];
        string bleu = $"bleu_{direction}", chrf = $"chrf_{direction}";
        metrics.Add(new(bleu, BleuScore.Of(translations, wanted)));
        metrics.Add(new(chrf, ChrfScore.Of(translations, wanted)));
        Refer("copying the source", [.. own.Select(item => item.Pair.Source)]);
        if (apertium is not null)
        {
            Refer("Apertium", apertium);
        }

        void Refer(string name, IReadOnlyList<string> texts)
        {
            references.Add(new(name, bleu, BleuScore.Of(texts, wanted)));
            references.Add(new(name, chrf, ChrfScore.Of(texts, wanted)));
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(
        string direction, List<Translated> own, IReadOnlyList<string>? apertium)
    {
        foreach (var group in own.Index().GroupBy(item => item.Item.Pair.Origin))
        {
            int[] indices = [.. group.Select(item => item.Index)];
            string[] wanted = [.. indices.Select(index => own[index].Pair.Target)];
            yield return Row("this network", index => own[index].Translation);
            yield return Row("copying the source", index => own[index].Pair.Source);
            if (apertium is not null)
            {
                yield return Row("Apertium", index => apertium[index]);
            }

            string[] Row(string whose, Func<int, string> text)
            {
                string[] texts = [.. indices.Select(text)];
                return
                [
                    direction, group.Key, whose, Number(indices.Length, "N0"),
                    Number(BleuScore.Of(texts, wanted), "F1"), Number(ChrfScore.Of(texts, wanted), "F1"),
                ];
            }
        }
    }

    // Of the sentences that have any.
    private static double ShareKept(List<Translated> all)
    {
        List<Translated> marked = all.FindAll(item => Placeholders.Of(item.Pair.Source).Count > 0);
        int kept = marked.Count(item => Placeholders.AreSame(item.Pair.Source, item.Translation));
        return marked.Count == 0 ? 1 : (double)kept / marked.Count;
    }

    // The directions in turn, each from its beginning, so that nobody has chosen them.
    private static List<IReadOnlyList<string>> Shown(List<Translated> all)
    {
        List<Queue<Translated>> queues = [.. all
            .Where(item => item.Pair.Source.Length is >= ShortestShown and <= LongestShown)
            .GroupBy(item => item.Pair.Direction)
            .Select(group => new Queue<Translated>(group))];
        var rows = new List<IReadOnlyList<string>>();
        while (rows.Count < 3 * ShownTranslations && queues.Exists(queue => queue.Count > 0))
        {
            foreach (Queue<Translated> queue in queues)
            {
                if (rows.Count < 3 * ShownTranslations && queue.TryDequeue(out Translated? item))
                {
                    rows.Add([OnOneLine(item.Pair.Source), item.Pair.SourceLanguage]);
                    rows.Add([OnOneLine(item.Translation), $"{item.Pair.TargetLanguage}, this network"]);
                    rows.Add([OnOneLine(item.Pair.Target), $"{item.Pair.TargetLanguage}, reference"]);
                }
            }
        }

        return rows;
    }

    private static string OnOneLine(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    // Nats a target token.
    private double Score(IReadOnlyList<HeldOutPair> pairs, CancellationToken cancellation)
    {
        double nats = 0;
        long count = 0;
        for (int index = 0; index < pairs.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            _batch.Sequences.Clear();
            for (; index < pairs.Count && _batch.RowCount + pairs[index].Tokens.Length <= _batch.Shape.MaxRows; index++)
            {
                TranslationExperience.Append(_batch, pairs[index].Tokens);
            }

            nats += _objective.SumLosses(_batch, _network.Forward(_batch));
            count += _batch.CountTargets();
        }

        return nats / count;
    }

    private sealed record Translated(SentencePair Pair, string Translation);
}
