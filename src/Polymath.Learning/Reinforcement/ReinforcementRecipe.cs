namespace Polymath.Learning;

/// <summary>How a policy is learnt from its own acting, whatever the world: proximal policy optimisation.</summary>
public sealed record ReinforcementRecipe
{
    /// <summary>Worlds that are acted in side by side.</summary>
    public int EnvironmentCount { get; init; } = 128;

    /// <summary>Actions in every world before what happened is learnt from: a rollout.</summary>
    public int RolloutSteps { get; init; } = 64;

    /// <summary>How often every action of a rollout is learnt from.</summary>
    public int EpochCount { get; init; } = 4;

    /// <summary>Actions of a micro-batch.</summary>
    public int BatchSize { get; init; } = 1024;

    /// <summary>What a reward is worth a step later, γ.</summary>
    public float Discount { get; init; } = 0.99f;

    /// <summary>The decay of the traces of generalised advantage estimation, λ.</summary>
    public float TraceDecay { get; init; } = 0.95f;

    /// <summary>How far the probability of an action may move from what it was, ε, as a share of it.</summary>
    public float PolicyClip { get; init; } = 0.2f;

    /// <summary>How far a value may move from what it was, in deviations of returns; 0: as far as it wants.</summary>
    public float ValueClip { get; init; } = 0.2f;

    /// <summary>The weight of the values' loss.</summary>
    public float ValueWeight { get; init; } = 0.5f;

    /// <summary>The weight of the policy's entropy, which keeps it trying.</summary>
    public float EntropyBonus { get; init; } = 0.01f;

    /// <summary>The probability that a world repeats the last action, whatever was chosen (Machado et al., 2018).</summary>
    public float Stickiness { get; init; } = 0.1f;

    /// <summary>Steps after which an episode is cut short.</summary>
    public int EpisodeSteps { get; init; } = 10_000;

    /// <summary>Episodes of an examination in passing.</summary>
    public int QuickEpisodeCount { get; init; } = 64;

    /// <summary>Episodes of the examination at the end.</summary>
    public int FullEpisodeCount { get; init; } = 256;

    /// <summary>Actions of a rollout in all worlds.</summary>
    internal int RolloutLength => EnvironmentCount * RolloutSteps;

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    /// <param name="key">The key of this recipe in the whole, such as <c>reinforcement</c>.</param>
    /// <param name="accumulation">Micro-batches of a step.</param>
    /// <param name="errors">Where sentences go.</param>
    public void Validate(string key, int accumulation, ICollection<string> errors)
    {
        int before = errors.Count;
        Range("environmentCount", EnvironmentCount, 1, 65_536);
        Range("rolloutSteps", RolloutSteps, 1, 65_536);
        Range("epochCount", EpochCount, 1, 1000);
        Range("batchSize", BatchSize, 1, 1 << 20);
        Range("discount", Discount, 0, 1);
        Range("traceDecay", TraceDecay, 0, 1);
        Range("policyClip", PolicyClip, 1e-6f, 1);
        Range("valueClip", ValueClip, 0, 1e6f);
        Range("valueWeight", ValueWeight, 0, 1e6f);
        Range("entropyBonus", EntropyBonus, 0, 1e6f);
        Range("stickiness", Stickiness, 0, 0.999f);
        Range("episodeSteps", EpisodeSteps, 1, 1 << 30);
        Range("quickEpisodeCount", QuickEpisodeCount, 1, 1 << 20);
        Range("fullEpisodeCount", FullEpisodeCount, 1, 1 << 20);
        if (errors.Count == before && (long)EnvironmentCount * RolloutSteps % ((long)BatchSize * accumulation) != 0)
        {
            errors.Add(
                $"{key}.environmentCount times {key}.rolloutSteps is {(long)EnvironmentCount * RolloutSteps}, expected a "
                + $"multiple of {key}.batchSize times learning.accumulation, {(long)BatchSize * accumulation}");
        }

        void Range(string name, float value, float low, float high)
        {
            if (!(value >= low && value <= high))
            {
                errors.Add($"{key}.{name} is {value}, expected {low} to {high}");
            }
        }
    }
}
