using Polymath.Compute;

namespace Polymath.Networks.Tests;

/// <summary>Beam search against passes over whole sequences: caches, prefix, batched hypotheses, length penalty.</summary>
public sealed class BeamSearchTests
{
    private const int Vocabulary = 7, EndToken = 0;

    private static readonly int[] Prefix = [3, 1, 5, 2];

    private static readonly TrunkRecipe Recipe = new()
    {
        LayerCount = 2, Width = 24, HeadCount = 2, FeedForwardWidth = 32, ContextLength = 12,
    };

    [Theory]
    [InlineData(1ul)]
    [InlineData(2ul)]
    [InlineData(5ul)]
    public void ABeamOfOneTakesTheLikeliestTokenOfWholePasses(ulong seed)
    {
        using var fixture = new Fixture(seed);
        BeamResult found = Assert.Single(fixture.Search(new BeamOptions { Width = 1, LengthPenalty = 0 }, 6));
        var tokens = new List<int>();
        double sum = 0;
        bool isEnded = false;
        while (!isEnded && tokens.Count < 6)
        {
            double[] logs = fixture.LogProbabilities(tokens);
            int likeliest = Array.IndexOf(logs, logs.Max());
            sum += logs[likeliest];
            isEnded = likeliest == EndToken;
            if (!isEnded)
            {
                tokens.Add(likeliest);
            }
        }

        Assert.Equal(tokens, found.Tokens);
        Assert.Equal(isEnded, found.IsEnded);
        Assert.Equal(sum, found.LogProbability, 1e-4);
    }

    [Theory]
    [InlineData(1ul, 0f)]
    [InlineData(2ul, 0.6f)]
    [InlineData(3ul, 0.6f)]
    [InlineData(4ul, 2f)]
    public void AWideBeamFindsTheBestOfAll(ulong seed, float penalty)
    {
        // Of two tokens and the end there are seven continuations of up to two tokens: nothing is pruned.
        using var fixture = new Fixture(seed);
        var options = new BeamOptions { Width = 16, LengthPenalty = penalty };
        BeamResult found = fixture.Search(options, 3, token => token is 4 or 6)[0];
        double best = double.NegativeInfinity;
        int[] bestTokens = [];
        int[][] all = [[], [4], [6], [4, 4], [4, 6], [6, 4], [6, 6]];
        foreach (int[] tokens in all)
        {
            double sum = 0;
            for (int count = 0; count <= tokens.Length; count++)
            {
                sum += fixture.LogProbabilities(tokens[..count])[count == tokens.Length ? EndToken : tokens[count]];
            }

            double score = sum / Math.Pow((5.0 + tokens.Length + 1) / 6, penalty);
            if (score > best)
            {
                (best, bestTokens) = (score, tokens);
            }
        }

        Assert.Equal(bestTokens, found.Tokens);
        Assert.Equal(best, found.Score, 1e-4);
    }

    [Fact]
    public void HypothesesAreOrderedAndTheirProbabilitiesThoseOfWholePasses()
    {
        using var fixture = new Fixture(9);
        IReadOnlyList<BeamResult> found = fixture.Search(new BeamOptions { Width = 4 }, 8);
        Assert.Equal(found.OrderByDescending(result => result.Score), found);
        Assert.All(found, result =>
        {
            double sum = result.IsEnded ? fixture.LogProbabilities(result.Tokens)[EndToken] : 0;
            for (int count = 0; count < result.Tokens.Length; count++)
            {
                sum += fixture.LogProbabilities(result.Tokens[..count])[result.Tokens[count]];
            }

            Assert.Equal(sum, result.LogProbability, 1e-3);
        });
    }

    [Fact]
    public void TokensThatAreNotAllowedNeverStandInAResult()
    {
        using var fixture = new Fixture(11);
        IReadOnlyList<BeamResult> found = fixture.Search(new BeamOptions { Width = 4 }, 8, token => token is 2 or 4);
        Assert.All(found, result => Assert.All(result.Tokens, token => Assert.True(token is 2 or 4)));
    }

    private sealed class Fixture : IDisposable
    {
        private readonly NetworkFixture _network = new(Recipe, Vocabulary, 16, AttentionMask.Prefix, training: false);
        private readonly MemoryPlan _plan = new();
        private readonly BeamSearch _search;

        public Fixture(ulong seed)
        {
            _network.Randomize(seed);
            _search = new BeamSearch(_plan, _network.Tokens, EndToken, 16, 8);
            _plan.Commit();
        }

        public IReadOnlyList<BeamResult> Search(BeamOptions options, int maxTokens, Predicate<int>? allowed = null) =>
            _search.Search(Prefix, maxTokens, options, allowed);

        public double[] LogProbabilities(IReadOnlyList<int> continued)
        {
            int[] tokens = [.. Prefix, .. continued];
            _network.Fill(tokens, tokens, [tokens.Length], Prefix.Length);
            float[] logits = _network.Logits()[^Vocabulary..];
            double sum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
            return [.. logits.Select(logit => logit - sum)];
        }

        public void Dispose()
        {
            _network.Dispose();
            _plan.Dispose();
        }
    }
}
