using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>
/// Bits per byte of held-out text, whatever the tokenizer, beside general compressors on the same bytes. The text is
/// read in windows that overlap, so that scored tokens have a context; every token is scored once.
/// </summary>
public sealed class TextExamination : IExamination
{
    private readonly Network _network;
    private readonly Batch _batch;
    private readonly TokenObjective _objective;
    private readonly HeldOutText _text;
    private readonly TextRecipe _recipe;

    /// <summary>Creates the examination.</summary>
    public TextExamination(
        Network network, Batch batch, TokenObjective objective, HeldOutText text, TextRecipe recipe)
    {
        _network = network;
        _batch = batch;
        _objective = objective;
        _text = text;
        _recipe = recipe;
    }

    /// <inheritdoc/>
    public string DecisiveMetric => "bits_per_byte";

    /// <inheritdoc/>
    public string LossMetric => "loss";

    /// <inheritdoc/>
    public bool LowerIsBetter => true;

    /// <inheritdoc/>
    public ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        long limit = depth == ExaminationDepth.Full ? _recipe.ExaminationTokens : _recipe.QuickExaminationTokens;
        int count = (int)Math.Min(limit == 0 ? int.MaxValue : limit, _text.Tokens.Length - 1);
        int context = _recipe.Network.ContextLength;
        float overlap = depth == ExaminationDepth.Full ? _recipe.ExaminationOverlap : 0;
        int stride = Math.Clamp((int)MathF.Round(context * (1 - overlap)), 1, context);
        double nats = Score(count, stride, cancellation);
        long bytes = _text.CountBytes(1, count);
        var metrics = new List<KeyValuePair<string, double>>
        {
            new(DecisiveMetric, nats / Math.Log(2) / bytes),
            new("loss", nats / count),
            new("perplexity", Math.Exp(nats / count)),
            new("bytes", bytes),
            new("tokens", count),
        };
        IReadOnlyList<ReferenceFigure> references = depth == ExaminationDepth.Full
            ? _text.Compress(1, count, DecisiveMetric)
            : [];
        return new ExaminationResult(metrics, references, [Overlap(context, context - stride)]);
    }

    private static string Overlap(int context, int repeated) => repeated == 0
        ? $"Windows of {context} tokens that do not overlap: the first tokens of each have little to go by."
        : $"Windows of {context} tokens, of which the first {repeated} repeat the window before and are not scored again.";

    // Scores the targets 1..count: target t is foretold from the tokens before it in its window.
    private double Score(int count, int stride, CancellationToken cancellation)
    {
        int context = _recipe.Network.ContextLength;
        double nats = 0;
        int scored = 0;
        for (int start = 0; scored < count;)
        {
            cancellation.ThrowIfCancellationRequested();
            _batch.Sequences.Clear();
            for (int sequence = 0; sequence < _recipe.BatchSize && scored < count; sequence++, start += stride)
            {
                int length = Math.Min(context, count - start);
                int row = _batch.RowCount;
                _batch.Sequences.Add(length);
                _text.Tokens.AsSpan(start, length).CopyTo(_batch.Tokens[row..]);
                _text.Tokens.AsSpan(start + 1, length).CopyTo(_batch.Targets[row..]);
                _batch.Targets.Slice(row, scored - start).Fill(-1);
                scored = start + length;
            }

            nats += _objective.SumLosses(_batch, _network.Forward(_batch));
        }

        return nats;
    }
}
