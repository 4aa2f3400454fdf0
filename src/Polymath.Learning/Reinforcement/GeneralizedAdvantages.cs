namespace Polymath.Learning;

/// <summary>
/// Generalised advantage estimation (Schulman et al., 2016, arXiv:1506.02438): how much better actions were than what
/// the values expected, over traces that decay by λ.
/// </summary>
internal static class GeneralizedAdvantages
{
    /// <summary>Estimates the advantages and returns of a rollout.</summary>
    /// <param name="rewards">[steps, worlds].</param>
    /// <param name="values">[steps + 1, worlds]: the values of the states before the actions, and of those at the end.</param>
    /// <param name="states">[steps, worlds]: how episodes went on after the actions.</param>
    /// <param name="worldCount">The worlds.</param>
    /// <param name="discount">γ.</param>
    /// <param name="traceDecay">λ.</param>
    /// <param name="advantages">[steps, worlds], written.</param>
    /// <param name="returns">[steps, worlds], written: advantage and value.</param>
    public static void Estimate(
        ReadOnlySpan<float> rewards, ReadOnlySpan<float> values, ReadOnlySpan<EpisodeState> states, int worldCount,
        float discount, float traceDecay, Span<float> advantages, Span<float> returns)
    {
        for (int index = rewards.Length - 1; index >= 0; index--)
        {
            // What follows an episode cut short is not seen: the value of its last state stands in for the next one's.
            float next = states[index] switch
            {
                EpisodeState.Running => values[index + worldCount],
                EpisodeState.CutShort => values[index],
                _ => 0,
            };
            float trace = states[index] == EpisodeState.Running && index + worldCount < advantages.Length
                ? advantages[index + worldCount]
                : 0;
            float difference = rewards[index] + (discount * next) - values[index];
            advantages[index] = difference + (discount * traceDecay * trace);
            returns[index] = advantages[index] + values[index];
        }
    }

    /// <summary>Gives numbers mean 0 and deviation 1.</summary>
    public static void Normalize(Span<float> values)
    {
        const double Epsilon = 1e-8;
        double sum = 0, squares = 0;
        foreach (float value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        foreach (float value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        double scale = 1 / (Math.Sqrt(squares / values.Length) + Epsilon);
        foreach (ref float value in values)
        {
            value = (float)((value - mean) * scale);
        }
    }
}
