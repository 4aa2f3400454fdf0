namespace Polymath.Networks.Tests;

/// <summary>Draws follow the stated distribution; the filters cut exactly what they say.</summary>
public sealed class SamplerTests
{
    private static readonly float[] Logits = [1f, 3f, 2f, -1f, 0f];

    [Fact]
    public void TemperatureZeroTakesTheLikeliest()
    {
        var sampler = new Sampler(5, new SamplingOptions { Temperature = 0 });
        Assert.Equal(1, sampler.Sample([.. Logits], []));
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(0.5f)]
    [InlineData(2f)]
    public void DrawsFollowTheSoftmaxAtTheTemperature(float temperature)
    {
        double[] expected = Softmax(temperature);
        double[] found = Frequencies(new SamplingOptions { Temperature = temperature }, 40_000);
        for (int token = 0; token < expected.Length; token++)
        {
            // Four standard errors of a binomial share.
            double tolerance = 4 * Math.Sqrt(expected[token] * (1 - expected[token]) / 40_000);
            Assert.InRange(found[token], expected[token] - tolerance, expected[token] + tolerance);
        }
    }

    [Fact]
    public void TopKKeepsTheLikeliest() =>
        Assert.Equal([1, 2], Possible(new SamplingOptions { Temperature = 1, TopK = 2 }));

    [Fact]
    public void TopPKeepsTheFewestThatReachIt()
    {
        // Shares at temperature 1: token 1 has 0.636, token 2 0.234, token 0 0.086.
        Assert.Equal([1], Possible(new SamplingOptions { Temperature = 1, TopP = 0.6f }));
        Assert.Equal([1, 2], Possible(new SamplingOptions { Temperature = 1, TopP = 0.8f }));
        Assert.Equal([0, 1, 2], Possible(new SamplingOptions { Temperature = 1, TopP = 0.9f }));
    }

    [Fact]
    public void MinPKeepsThoseLikelyEnough()
    {
        // Relative to token 1: token 2 has e⁻¹ = 0.37, token 0 e⁻² = 0.135.
        Assert.Equal([1, 2], Possible(new SamplingOptions { Temperature = 1, MinP = 0.3f }));
        Assert.Equal([0, 1, 2], Possible(new SamplingOptions { Temperature = 1, MinP = 0.1f }));
    }

    [Fact]
    public void RepetitionPenaltyWeakensWhatWasSaidOnce()
    {
        float[] logits = [2f, 2f, -2f];
        new Sampler(3, new SamplingOptions { RepetitionPenalty = 2 }).Sample(logits, [0, 2, 0]);
        Assert.Equal([1f, 2f, -4f], logits);
    }

    [Fact]
    public void TheSameSeedAndPlaceGiveTheSameToken()
    {
        var options = new SamplingOptions { Temperature = 1, Seed = 5 };
        int[] history = [1, 2, 3];
        Assert.Equal(
            new Sampler(5, options).Sample([.. Logits], history), new Sampler(5, options).Sample([.. Logits], history));
    }

    [Theory]
    [InlineData(-1f, 0, 1f, 0f, 1f, "temperature")]
    [InlineData(float.NaN, 0, 1f, 0f, 1f, "temperature")]
    [InlineData(1f, -1, 1f, 0f, 1f, "top-k")]
    [InlineData(1f, 0, 0f, 0f, 1f, "top-p")]
    [InlineData(1f, 0, 1f, 1f, 1f, "min-p")]
    [InlineData(1f, 0, 1f, 0f, 0f, "repetition-penalty")]
    public void OptionsOutOfRangeAreNamed(
        float temperature, int topK, float topP, float minP, float penalty, string name)
    {
        var options = new SamplingOptions
        {
            Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = penalty,
        };
        var error = Assert.Throws<Compute.InvalidInputException>(() => new Sampler(5, options));
        Assert.StartsWith(name, error.Message, StringComparison.Ordinal);
    }

    private static double[] Softmax(float temperature)
    {
        double[] weights = [.. Logits.Select(logit => Math.Exp(logit / temperature))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    private static double[] Frequencies(SamplingOptions options, int draws)
    {
        var counts = new double[Logits.Length];
        var history = new int[1];
        for (int draw = 0; draw < draws; draw++)
        {
            // The place in the text is what tells draws apart: seeds stand in for it here.
            var sampler = new Sampler(Logits.Length, options with { Seed = (ulong)draw });
            counts[sampler.Sample([.. Logits], history)]++;
        }

        return [.. counts.Select(count => count / draws)];
    }

    private static int[] Possible(SamplingOptions options) =>
        [.. Frequencies(options, 3_000).Index().Where(entry => entry.Item > 0).Select(entry => entry.Index)];
}
