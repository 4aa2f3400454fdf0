using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>How a beam search chooses.</summary>
public sealed record BeamOptions
{
    /// <summary>Hypotheses kept; 1: the likeliest token at every step.</summary>
    public int Width { get; init; } = 4;

    /// <summary>
    /// The exponent of ((5 + length) / 6), by which a finished hypothesis' log probability is divided (Wu et al., 2016,
    /// equation 14); 0: the plain sum, which favours short ones.
    /// </summary>
    public float LengthPenalty { get; init; } = 0.6f;
}

/// <summary>What a beam search found.</summary>
/// <param name="Tokens">The tokens, without the one that ends them.</param>
/// <param name="LogProbability">The sum of the tokens' log probabilities, that of the end included.</param>
/// <param name="Score">The same with the length penalty.</param>
/// <param name="IsEnded">Whether it came to its end; else it was cut where there was no more room.</param>
public sealed record BeamResult(int[] Tokens, double LogProbability, double Score, bool IsEnded);

/// <summary>
/// The likeliest continuation of a prefix that sees itself whole: hypotheses are rows of one pass, each with its own
/// key and value cache.
/// </summary>
public sealed unsafe class BeamSearch
{
    private readonly TokenNetwork _network;
    private readonly int _endToken, _maxWidth, _maxPrefix;
    private readonly SequenceCache[] _caches, _spares;
    private readonly PlannedBuffer _tokens, _positions;
    private readonly PlannedMatrix _input, _logits;

    /// <summary>Reserves the caches and what a pass needs.</summary>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="network">The network; its step size bounds the prefix and the hypotheses.</param>
    /// <param name="endToken">The token that ends a continuation.</param>
    /// <param name="maxWidth">The most hypotheses.</param>
    /// <param name="maxPrefix">The longest prefix.</param>
    public BeamSearch(MemoryPlan plan, TokenNetwork network, int endToken, int maxWidth, int maxPrefix)
    {
        (_network, _endToken, _maxWidth, _maxPrefix) = (network, endToken, maxWidth, maxPrefix);
        TrunkRecipe recipe = network.Network.Trunk.Recipe;
        _caches = [.. Enumerable.Range(0, maxWidth).Select(_ => new SequenceCache(plan, recipe))];
        _spares = [.. Enumerable.Range(0, maxWidth).Select(_ => new SequenceCache(plan, recipe))];
        int rows = Math.Max(maxWidth, maxPrefix);
        _tokens = plan.Reserve("generation", rows, DataType.Int32);
        _positions = plan.Reserve("generation", rows, DataType.Int32);
        _input = plan.ReserveMatrix("generation", rows, recipe.Width);
        _logits = plan.ReserveMatrix("generation", maxWidth, network.VocabularySize);
    }

    /// <summary>The most hypotheses.</summary>
    public int MaxWidth => _maxWidth;

    /// <summary>Searches.</summary>
    /// <param name="prefix">What is continued; at least one token.</param>
    /// <param name="maxTokens">The most tokens of a continuation, its end included.</param>
    /// <param name="options">How it chooses.</param>
    /// <param name="allowed">Which tokens may be chosen; null: all. The end is always allowed.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>What was found, the best first; at least one, and at most as many as are kept.</returns>
    public IReadOnlyList<BeamResult> Search(
        ReadOnlySpan<int> prefix, int maxTokens, BeamOptions options, Predicate<int>? allowed = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prefix.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefix.Length, _maxPrefix);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Width, _maxWidth);
        maxTokens = Math.Min(maxTokens, _caches[0].Capacity - prefix.Length);
        var live = new List<Hypothesis> { new([], 0) };
        var found = new List<BeamResult>();
        TakeIn(prefix);
        for (int length = 1; live.Count > 0 && length <= maxTokens; length++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (length > 1)
            {
                Advance(live, prefix.Length + length - 2);
            }

            List<Candidate> candidates = Candidates(live, options.Width, allowed);
            var next = new List<Hypothesis>();
            var parents = new List<int>();
            foreach (Candidate candidate in candidates)
            {
                int[] tokens = live[candidate.Parent].Tokens;
                if (candidate.Token == _endToken)
                {
                    Keep(found, Finish(tokens, candidate.LogProbability, length, options, isEnded: true), options.Width);
                }
                else if (next.Count < options.Width)
                {
                    next.Add(new Hypothesis([.. tokens, candidate.Token], candidate.LogProbability));
                    parents.Add(candidate.Parent);
                }

                if (next.Count == options.Width)
                {
                    break;
                }
            }

            // Log probabilities only fall: what cannot overtake at the longest length allowed never will.
            double longest = Penalty(maxTokens, options);
            if (found.Count > 0 && next.TrueForAll(hypothesis => hypothesis.LogProbability / longest <= found[0].Score))
            {
                return found;
            }

            if (length == maxTokens && found.Count == 0)
            {
                return [Finish(next[0].Tokens, next[0].LogProbability, length, options, isEnded: false)];
            }

            Follow(parents);
            live = next;
        }

        return found.Count > 0 ? found : [new BeamResult([], 0, 0, false)];
    }

    private static double Penalty(int length, BeamOptions options) => Math.Pow((5.0 + length) / 6, options.LengthPenalty);

    private static BeamResult Finish(int[] tokens, double logProbability, int length, BeamOptions options, bool isEnded) =>
        new(tokens, logProbability, logProbability / Penalty(length, options), isEnded);

    // An earlier one stays before a later one as good.
    private static void Keep(List<BeamResult> found, BeamResult result, int count)
    {
        int place = found.FindIndex(other => other.Score < result.Score);
        found.Insert(place < 0 ? found.Count : place, result);
        if (found.Count > count)
        {
            found.RemoveAt(count);
        }
    }

    private void TakeIn(ReadOnlySpan<int> prefix)
    {
        prefix.CopyTo(_tokens.IntegerSpan);
        for (int row = 0; row < prefix.Length; row++)
        {
            _positions.Integers[row] = row;
        }

        MatrixView x = _input.Top(prefix.Length);
        _network.Port.Forward(_tokens.Integers, _positions.Integers, x);
        _caches[0].Truncate(0);
        MatrixView output = _network.Network.Trunk.Continue(_caches[0], _positions.Integers, x, isPrefix: true);
        _caches[0].Advance(prefix.Length);
        _network.Head.Predict(output.RowRange(prefix.Length - 1, 1), _logits.Top(1));
    }

    private void Advance(List<Hypothesis> live, int position)
    {
        for (int row = 0; row < live.Count; row++)
        {
            _tokens.Integers[row] = live[row].Tokens[^1];
            _positions.Integers[row] = position;
        }

        MatrixView x = _input.Top(live.Count);
        _network.Port.Forward(_tokens.Integers, _positions.Integers, x);
        MatrixView output = _network.Network.Trunk.ContinueEach(
            _caches.AsSpan(0, live.Count), _positions.Integers, x);
        for (int row = 0; row < live.Count; row++)
        {
            _caches[row].Advance(1);
        }

        _network.Head.Predict(output, _logits.Top(live.Count));
    }

    // The likeliest continuations of all hypotheses, the likeliest first; one more a hypothesis than are kept, since
    // each may end.
    private List<Candidate> Candidates(List<Hypothesis> live, int width, Predicate<int>? allowed)
    {
        var candidates = new List<Candidate>();
        Span<int> ids = stackalloc int[width + 1];
        for (int row = 0; row < live.Count; row++)
        {
            Span<float> logits = _logits.View.RowSpan(row);
            double logSum = LogSum(logits);
            int count = Largest(logits, ids, allowed);
            foreach (int id in ids[..count])
            {
                candidates.Add(new Candidate(row, id, live[row].LogProbability + logits[id] - logSum));
            }
        }

        // A stable order: ties go to the better hypothesis and the smaller token.
        candidates.Sort(static (left, right) => right.LogProbability.CompareTo(left.LogProbability) is var order and not 0
            ? order
            : (left.Parent, left.Token).CompareTo((right.Parent, right.Token)));
        return candidates;
    }

    private int Largest(ReadOnlySpan<float> logits, Span<int> ids, Predicate<int>? allowed)
    {
        int count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if ((count == ids.Length && !(logits[id] > logits[ids[^1]]))
                || (allowed is not null && id != _endToken && !allowed(id)))
            {
                continue;
            }

            int place = count < ids.Length ? count++ : ids.Length - 1;
            while (place > 0 && logits[id] > logits[ids[place - 1]])
            {
                ids[place] = ids[place - 1];
                place--;
            }

            ids[place] = id;
        }

        return count;
    }

    private static double LogSum(ReadOnlySpan<float> logits)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            max = Math.Max(max, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp(logit - max);
        }

        return max + Math.Log(sum);
    }

    // Brings every cache to that of its hypothesis' parent; a parent's first child takes its cache over.
    private void Follow(List<int> parents)
    {
        Span<bool> isTaken = stackalloc bool[_maxWidth];
        var followed = new SequenceCache?[_maxWidth];
        for (int child = 0; child < parents.Count; child++)
        {
            if (!isTaken[parents[child]])
            {
                isTaken[parents[child]] = true;
                followed[child] = _caches[parents[child]];
            }
        }

        int spare = 0;
        for (int child = 0; child < parents.Count; child++)
        {
            if (followed[child] is null)
            {
                _spares[spare].CopyFrom(_caches[parents[child]]);
                followed[child] = _spares[spare++];
            }
        }

        SequenceCache[] unused = [.. _caches.Concat(_spares).Except(followed.OfType<SequenceCache>())];
        int next = 0;
        for (int index = 0; index < _maxWidth; index++)
        {
            _caches[index] = followed[index] ?? unused[next++];
        }

        for (int index = 0; index < _maxWidth; index++)
        {
            _spares[index] = unused[next++];
        }
    }

    private sealed record Hypothesis(int[] Tokens, double LogProbability);

    private readonly record struct Candidate(int Parent, int Token, double LogProbability);
}
