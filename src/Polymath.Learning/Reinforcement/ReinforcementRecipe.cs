namespace Polymath.Learning;

/// <summary>How a policy is learnt from its own acting, whatever the world: proximal policy optimisation.</summary>
public sealed record ReinforcementRecipe
{
    /// <summary>Worlds that are acted in side by side; 0: as the world suggests, and so with the other counts.</summary>
    public int EnvironmentCount { get; init; }

    /// <summary>Actions in every world before what happened is learnt from: a rollout.</summary>
    public int RolloutSteps { get; init; }

    /// <summary>How often every action of a rollout is learnt from.</summary>
    public int EpochCount { get; init; } = 4;

    /// <summary>Actions of a micro-batch.</summary>
    public int BatchSize { get; init; }

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
    public int QuickEpisodeCount { get; init; }

    /// <summary>Episodes of the examination at the end.</summary>
    public int FullEpisodeCount { get; init; }

    /// <summary>Actions of a rollout in all worlds.</summary>
    internal int RolloutLength => EnvironmentCount * RolloutSteps;

    /// <summary>Fills in the counts that are 0.</summary>
    /// <param name="usual">What is usual for a world.</param>
    public ReinforcementRecipe Resolve(ReinforcementRecipe usual) => this with
    {
        EnvironmentCount = EnvironmentCount > 0 ? EnvironmentCount : usual.EnvironmentCount,
        RolloutSteps = RolloutSteps > 0 ? RolloutSteps : usual.RolloutSteps,
        BatchSize = BatchSize > 0 ? BatchSize : usual.BatchSize,
        QuickEpisodeCount = QuickEpisodeCount > 0 ? QuickEpisodeCount : usual.QuickEpisodeCount,
        FullEpisodeCount = FullEpisodeCount > 0 ? FullEpisodeCount : usual.FullEpisodeCount,
    };

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    /// <param name="key">The key of this recipe in the whole, such as <c>reinforcement</c>.</param>
    /// <param name="accumulation">Micro-batches of a step.</param>
    /// <param name="errors">Where sentences go.</param>
    public void Validate(string key, int accumulation, ICollection<string> errors)
    {
        int before = errors.Count;
        Range("environmentCount", EnvironmentCount, 0, 65_536);
        Range("rolloutSteps", RolloutSteps, 0, 65_536);
        Range("epochCount", EpochCount, 1, 1000);
        Range("batchSize", BatchSize, 0, 1 << 20);
        Range("discount", Discount, 0, 1);
        Range("traceDecay", TraceDecay, 0, 1);
        Range("policyClip", PolicyClip, 1e-6f, 1);
        Range("valueClip", ValueClip, 0, 1e6f);
        Range("valueWeight", ValueWeight, 0, 1e6f);
        Range("entropyBonus", EntropyBonus, 0, 1e6f);
        Range("stickiness", Stickiness, 0, 0.999f);
        Range("episodeSteps", EpisodeSteps, 1, 1 << 30);
        Range("quickEpisodeCount", QuickEpisodeCount, 0, 1 << 20);
        Range("fullEpisodeCount", FullEpisodeCount, 0, 1 << 20);
        bool isResolved = EnvironmentCount > 0 && RolloutSteps > 0 && BatchSize > 0;
        if (errors.Count == before && isResolved
            && (long)EnvironmentCount * RolloutSteps % ((long)BatchSize * accumulation) != 0)
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
