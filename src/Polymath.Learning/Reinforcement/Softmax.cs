namespace Polymath.Learning;

/// <summary>The distribution of few actions: rows too short for a kernel.</summary>
internal static class Softmax
{
    /// <summary>Logits become the logarithms of their probabilities.</summary>
    public static void ToLogProbabilities(Span<float> logits)
    {
        float largest = float.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        float sum = 0;
        foreach (float logit in logits)
        {
            sum += MathF.Exp(logit - largest);
        }

        float logSum = largest + MathF.Log(sum);
        foreach (ref float logit in logits)
        {
            logit -= logSum;
        }
    }

    /// <summary>Draws one of the outcomes.</summary>
    /// <param name="logProbabilities">Their probabilities' logarithms.</param>
    /// <param name="chance">From 0 to 1, 1 left out.</param>
    public static int Draw(ReadOnlySpan<float> logProbabilities, float chance)
    {
        for (int index = 0; index < logProbabilities.Length - 1; index++)
        {
            chance -= MathF.Exp(logProbabilities[index]);
            if (chance < 0)
            {
                return index;
            }
        }

        return logProbabilities.Length - 1;
    }
}
