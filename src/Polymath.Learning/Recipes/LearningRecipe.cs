using System.Text.Json.Serialization;
using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>Which optimiser moves the parameters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptimizerKind>))]
public enum OptimizerKind
{
    /// <summary>AdamW for all (Loshchilov and Hutter, 2019).</summary>
    AdamW,

    /// <summary>Muon for the trunk's weight matrices (Jordan et al., 2024), AdamW for the rest.</summary>
    Muon,
}

/// <summary>How the learning rate runs over the budget.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleKind>))]
public enum ScheduleKind
{
    /// <summary>Linear warm-up, then half a cosine down to the final share.</summary>
    Cosine,

    /// <summary>
    /// Linear warm-up, constant, then linear down to the final share over the last part (Hu et al., 2024).
    /// </summary>
    WarmupStableDecay,

    /// <summary>Linear warm-up, then constant.</summary>
    Constant,
}

/// <summary>How to learn, whatever the field.</summary>
public sealed record LearningRecipe
{
    /// <summary>The optimiser.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>AdamW's peak learning rate.</summary>
    public float LearningRate { get; init; } = 1e-3f;

    /// <summary>Muon's peak learning rate, for the matrices it moves.</summary>
    public float MuonLearningRate { get; init; } = 0.02f;

    /// <summary>Muon's momentum.</summary>
    public float MuonMomentum { get; init; } = 0.95f;

    /// <summary>AdamW's decay of the first moment.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>AdamW's decay of the second moment.</summary>
    public float Beta2 { get; init; } = 0.95f;

    /// <summary>AdamW's epsilon.</summary>
    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Decoupled weight decay of weights and embeddings; vectors are never decayed.</summary>
    public float WeightDecay { get; init; } = 0.1f;

    /// <summary>
    /// What the operands of the linear layers' products are rounded to; parameters, gradients and activations stay in
    /// fp32, and so do sums.
    /// </summary>
    [JsonConverter(typeof(JsonStringEnumConverter<ProductPrecision>))]
    public ProductPrecision Precision { get; init; }

    /// <summary>
    /// Whether a block keeps only what it starts from, and the backward pass computes its other activations again:
    /// much less memory for about a quarter more operations, and the very same gradients.
    /// </summary>
    public bool RecomputeActivations { get; init; }

    /// <summary>The schedule.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Steps of warm-up; at most a tenth of the budget's steps is used.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>The share of the steps that a warm-up-stable-decay schedule decays over.</summary>
    public float DecayShare { get; init; } = 0.2f;

    /// <summary>The final learning rate as a share of the peak.</summary>
    public float FinalShare { get; init; } = 0.1f;

    /// <summary>The global norm that gradients are clipped to; 0: no clipping.</summary>
    public float ClipNorm { get; init; } = 1;

    /// <summary>Micro-batches whose gradients are averaged in a step.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>
    /// The decay of an exponential moving average of the parameters, examined and exported in their place; 0: none.
    /// </summary>
    public float AverageDecay { get; init; }

    /// <summary>Steps between quick examinations; 0: chosen so that there are about twenty.</summary>
    public int ExamineEverySteps { get; init; }

    /// <summary>
    /// Steps between checkpoints; 0: at every quick examination. A quarter of an hour never passes without one.
    /// </summary>
    public int CheckpointEverySteps { get; init; }

    /// <summary>How many of the last checkpoints are kept; the best is kept besides.</summary>
    public int KeepLast { get; init; } = 2;

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    public void Validate(string key, ICollection<string> errors)
    {
        Range("learningRate", LearningRate, 0, 100);
        Range("muonLearningRate", MuonLearningRate, 0, 100);
        Range("muonMomentum", MuonMomentum, 0, 0.9999f);
        Range("beta1", Beta1, 0, 0.99999f);
        Range("beta2", Beta2, 0, 0.99999f);
        Range("epsilon", Epsilon, 1e-16f, 1);
        Range("weightDecay", WeightDecay, 0, 10);
        Range("warmupSteps", WarmupSteps, 0, 1e9f);
        Range("decayShare", DecayShare, 0, 1);
        Range("finalShare", FinalShare, 0, 1);
        Range("clipNorm", ClipNorm, 0, 1e9f);
        Range("accumulation", Accumulation, 1, 1 << 20);
        Range("averageDecay", AverageDecay, 0, 0.999999f);
        Range("examineEverySteps", ExamineEverySteps, 0, 1e9f);
        Range("checkpointEverySteps", CheckpointEverySteps, 0, 1e9f);
        Range("keepLast", KeepLast, 1, 1000);

        void Range(string name, float value, float low, float high)
        {
            if (!(value >= low && value <= high))
            {
                errors.Add($"{key}.{name} is {value}, expected {low} to {high}");
            }
        }
    }
}
