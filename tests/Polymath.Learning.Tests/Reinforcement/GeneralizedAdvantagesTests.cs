using Polymath.Compute;

namespace Polymath.Learning.Tests;

public sealed class GeneralizedAdvantagesTests
{
    private const int Steps = 12, Worlds = 3;
    private const double Discount = 0.9, Decay = 0.8;

    [Fact]
    public void AnAdvantageIsTheSumOfDecayingDifferences()
    {
        var random = new RandomStream(2, 2);
        float[] rewards = new float[Steps * Worlds], values = new float[(Steps + 1) * Worlds];
        var states = new EpisodeState[Steps * Worlds];
        foreach (ref float value in values.AsSpan())
        {
            value = random.NextNormal();
        }

        for (int index = 0; index < rewards.Length; index++)
        {
            rewards[index] = random.NextNormal();
            states[index] = (EpisodeState)Math.Max(0, random.NextBelow(8) - 5);
        }

        Assert.Equal(3, states.Distinct().Count());
        float[] advantages = new float[rewards.Length], returns = new float[rewards.Length];
        GeneralizedAdvantages.Estimate(
            rewards, values, states, Worlds, (float)Discount, (float)Decay, advantages, returns);
        for (int index = 0; index < rewards.Length; index++)
        {
            double expected = 0, weight = 1;
            for (int later = index; later < rewards.Length; later += Worlds, weight *= Discount * Decay)
            {
                double next = states[later] == EpisodeState.Running ? values[later + Worlds]
                    : states[later] == EpisodeState.CutShort ? values[later] : 0;
                expected += weight * (rewards[later] + (Discount * next) - values[later]);
                if (states[later] != EpisodeState.Running)
                {
                    break;
                }
            }

            Assert.Equal(expected, advantages[index], 1e-5);
            Assert.Equal(expected + values[index], returns[index], 1e-5);
        }
    }

    [Fact]
    public void NormalizedNumbersHaveMeanZeroAndDeviationOne()
    {
        float[] values = [5, 7, 9, 4, 100];
        GeneralizedAdvantages.Normalize(values);
        Assert.Equal(0, values.Average(), 1e-6);
        Assert.Equal(1, values.Average(value => value * value), 1e-5);
        float[] equal = [3, 3, 3];
        GeneralizedAdvantages.Normalize(equal);
        Assert.Equal([0, 0, 0], equal);
    }

    [Fact]
    public void RewardsAreScaledByTheDeviationOfDiscountedReturns()
    {
        float[] rewards = [1, 0, 2, 5, 0, 1, 3, 3];
        EpisodeState[] states = [.. rewards.Select((_, index) => index == 2 ? EpisodeState.Ended : EpisodeState.Running)];
        var scale = new ReturnScale(worldCount: 2, discount: 0.5f);
        Assert.Equal(1, scale.Factor);
        scale.Observe(rewards.AsSpan(0, 4), states.AsSpan(0, 4));
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            scale.Capture(writer);
        }

        stream.Position = 0;
        var resumed = new ReturnScale(2, 0.5f);
        resumed.Restore(new BinaryReader(stream));
        resumed.Observe(rewards.AsSpan(4), states.AsSpan(4));

        // The first world: 1, 2.5 and its end, 0, 3; the second: 0, 5, 3.5, 4.75.
        double[] returns = [1, 0, 2.5, 5, 0, 3.5, 3, 4.75];
        double mean = returns.Average(), deviation = Math.Sqrt(returns.Average(value => (value - mean) * (value - mean)));
        Assert.Equal(1 / deviation, resumed.Factor, 1e-6);
    }

    [Fact]
    public void ActionsAreDrawnByTheirProbability()
    {
        float[] logits = [0, 1, -1];
        Softmax.ToLogProbabilities(logits);
        Assert.Equal(1, logits.Sum(logit => Math.Exp(logit)), 1e-6);
        var random = new RandomStream(1, 1);
        int[] counts = new int[3];
        for (int draw = 0; draw < 10_000; draw++)
        {
            counts[Softmax.Draw(logits, random.NextSingle())]++;
        }

        Assert.All(counts.Zip(logits), pair => Assert.Equal(Math.Exp(pair.Second), pair.First / 10_000.0, 0.02));
    }
}
