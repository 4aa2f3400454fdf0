using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// Chooses the next token: repetition penalty, temperature, then the likeliest by number (top-k), by sum (top-p) and by
/// share of the likeliest (min-p). Allocates nothing after its creation.
/// </summary>
public sealed class Sampler
{
    private static readonly uint Stream = RandomStream.StreamOf("sampling");

    private readonly SamplingOptions _options;
    private readonly float[] _probabilities;
    private readonly float[] _sortKeys;
    private readonly int[] _order;
    private readonly bool[] _seen;

    /// <summary>Creates a sampler for a vocabulary.</summary>
    public Sampler(int vocabularySize, SamplingOptions options)
    {
        var errors = new List<string>();
        options.Validate(errors);
        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }

        _options = options;
        _probabilities = new float[vocabularySize];
        _sortKeys = new float[vocabularySize];
        _order = new int[vocabularySize];
        _seen = new bool[vocabularySize];
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary]; weakened in place by the repetition penalty.</param>
    /// <param name="history">The tokens so far, prompt included.</param>
    public int Sample(Span<float> logits, ReadOnlySpan<int> history)
    {
        Penalize(logits, history);
        int likeliest = IndexOfMax(logits);
        if (_options.Temperature == 0)
        {
            return likeliest;
        }

        double sum = Soften(logits, logits[likeliest]);
        var random = new RandomStream(_options.Seed, Stream, history.Length);
        bool filtered = _options.TopK > 0 || _options.TopP < 1 || _options.MinP > 0;
        return filtered ? DrawFiltered(ref random, sum) : Draw(_probabilities, null, random.NextDouble() * sum);
    }

    private void Penalize(Span<float> logits, ReadOnlySpan<int> history)
    {
        float penalty = _options.RepetitionPenalty;
        if (penalty == 1)
        {
            return;
        }

        foreach (int token in history)
        {
            if (!_seen[token])
            {
                _seen[token] = true;
                logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
            }
        }

        foreach (int token in history)
        {
            _seen[token] = false;
        }
    }

    private double Soften(ReadOnlySpan<float> logits, float max)
    {
        double sum = 0;
        for (int token = 0; token < logits.Length; token++)
        {
            float probability = MathF.Exp((logits[token] - max) / _options.Temperature);
            _probabilities[token] = probability;
            sum += probability;
        }

        return sum;
    }

    // Probabilities are relative to the likeliest token's, which is 1; sum is that of all of them.
    private int DrawFiltered(ref RandomStream random, double sum)
    {
        int count = 0;
        for (int token = 0; token < _probabilities.Length; token++)
        {
            if (_probabilities[token] >= _options.MinP && _probabilities[token] > 0)
            {
                _sortKeys[count] = -_probabilities[token];
                _order[count++] = token;
            }
        }

        Array.Sort(_sortKeys, _order, 0, count);
        int limit = _options.TopK > 0 ? Math.Min(count, _options.TopK) : count;
        double topK = 0;
        for (int index = 0; index < limit; index++)
        {
            topK -= _sortKeys[index];
        }

        double kept = 0;
        int keptCount = 0;
        double enough = _options.TopP * (_options.TopK > 0 ? topK : sum);
        while (keptCount < limit && (keptCount == 0 || kept < enough))
        {
            kept -= _sortKeys[keptCount++];
        }

        return Draw(_sortKeys.AsSpan(0, keptCount), _order, random.NextDouble() * kept);
    }

    private static int Draw(ReadOnlySpan<float> weights, int[]? tokens, double threshold)
    {
        double cumulative = 0;
        for (int index = 0; index < weights.Length; index++)
        {
            cumulative += Math.Abs(weights[index]);
            if (threshold < cumulative)
            {
                return tokens is null ? index : tokens[index];
            }
        }

        // Rounding left the threshold at the very end: the last token with any weight.
        int last = weights.Length - 1;
        while (last > 0 && weights[last] == 0)
        {
            last--;
        }

        return tokens is null ? last : tokens[last];
    }

    private static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int token = 1; token < logits.Length; token++)
        {
            if (logits[token] > logits[best])
            {
                best = token;
            }
        }

        return best;
    }
}
