using System.Text.Json.Serialization;
using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>The non-linearity of the feed-forward layers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ActivationKind>))]
public enum ActivationKind
{
    /// <summary>GELU by the tanh formula (GPT-2).</summary>
    Gelu,

    /// <summary>SiLU-gated linear unit (Llama).</summary>
    SwiGlu,
}

/// <summary>How positions reach the network.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PositionKind>))]
public enum PositionKind
{
    /// <summary>A learnt vector a position, added at the input (GPT-2).</summary>
    Learned,

    /// <summary>Queries and keys turned by their position (Llama).</summary>
    Rotary,

    /// <summary>Not at all, or by the port.</summary>
    None,
}

/// <summary>The shape of the trunk: every choice that GPT-2, Llama and Qwen differ in is one of these.</summary>
public sealed record TrunkRecipe
{
    /// <summary>Blocks, each attention and feed-forward; feed-forward alone where <see cref="ContextLength"/> is 1.</summary>
    public int LayerCount { get; init; } = 6;

    /// <summary>Columns of the residual stream.</summary>
    public int Width { get; init; } = 384;

    /// <summary>Query heads.</summary>
    public int HeadCount { get; init; } = 6;

    /// <summary>Key and value heads, a divisor of the query heads; 0: as many as query heads.</summary>
    public int KeyValueHeadCount { get; init; }

    /// <summary>Columns of a head; 0: Width / HeadCount.</summary>
    public int HeadWidth { get; init; }

    /// <summary>Hidden columns of the feed-forward layers; 0: 4 times the width for GELU, 8/3 of it for SwiGLU, rounded up to 64.</summary>
    public int FeedForwardWidth { get; init; }

    /// <summary>The most positions of a sequence; with 1, blocks have no attention.</summary>
    public int ContextLength { get; init; } = 256;

    /// <summary>The norm before every layer and at the end.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<NormalizationKind>))]
    public NormalizationKind Normalization { get; init; } = NormalizationKind.RmsNorm;

    /// <summary>Added to the variance or mean square in norms.</summary>
    public float NormalizationEpsilon { get; init; } = 1e-5f;

    /// <summary>The non-linearity.</summary>
    public ActivationKind Activation { get; init; } = ActivationKind.SwiGlu;

    /// <summary>How positions reach the network.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Rotary;

    /// <summary>The base of the rotary frequencies (10 000 in RoFormer, 1e6 in Qwen3).</summary>
    public float RotaryBase { get; init; } = 10_000;

    /// <summary>Whether linear layers have biases, and LayerNorm shifts.</summary>
    public bool Biases { get; init; }

    /// <summary>Whether every query and key head is normalised by itself before attention (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether the token head reads with the embedding table.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>Key and value heads, the default resolved.</summary>
    [JsonIgnore]
    public int ResolvedKeyValueHeadCount => KeyValueHeadCount > 0 ? KeyValueHeadCount : HeadCount;

    /// <summary>Columns of a head, the default resolved.</summary>
    [JsonIgnore]
    public int ResolvedHeadWidth => HeadWidth > 0 ? HeadWidth : Width / Math.Max(1, HeadCount);

    /// <summary>Hidden columns of the feed-forward layers, the default resolved.</summary>
    [JsonIgnore]
    public int ResolvedFeedForwardWidth => FeedForwardWidth > 0
        ? FeedForwardWidth
        : Activation == ActivationKind.Gelu ? 4 * Width : ((8 * Width / 3) + 63) / 64 * 64;

    /// <summary>The shape that attention kernels want.</summary>
    [JsonIgnore]
    public AttentionShape AttentionShape => new(
        HeadCount, ResolvedKeyValueHeadCount, ResolvedHeadWidth, 1 / MathF.Sqrt(ResolvedHeadWidth));

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    /// <param name="key">The key of this recipe in the whole, such as <c>network</c>.</param>
    /// <param name="errors">Where sentences go.</param>
    public void Validate(string key, ICollection<string> errors)
    {
        Range("layerCount", LayerCount, 1, 1000);
        Range("width", Width, 1, 65536);
        Range("headCount", HeadCount, 1, 1024);
        Range("keyValueHeadCount", KeyValueHeadCount, 0, 1024);
        Range("headWidth", HeadWidth, 0, 1024);
        Range("feedForwardWidth", FeedForwardWidth, 0, 1 << 20);
        Range("contextLength", ContextLength, 1, 1 << 20);
        if (errors.Count > 0)
        {
            return;
        }

        errors.Require(HeadWidth > 0 || Width % HeadCount == 0, $"{key}.width is {Width}, not a multiple of {key}.headCount, {HeadCount}");
        errors.Require(
            HeadCount % ResolvedKeyValueHeadCount == 0,
            $"{key}.headCount is {HeadCount}, not a multiple of {key}.keyValueHeadCount, {ResolvedKeyValueHeadCount}");
        errors.Require(
            Positions != PositionKind.Rotary || ResolvedHeadWidth % 2 == 0,
            $"a head is {ResolvedHeadWidth} wide, and rotary positions need an even width");
        errors.Require(NormalizationEpsilon is > 0 and < 1, $"{key}.normalizationEpsilon is {NormalizationEpsilon}, expected between 0 and 1");
        errors.Require(RotaryBase > 1, $"{key}.rotaryBase is {RotaryBase}, expected above 1");

        void Range(string name, int value, int low, int high) =>
            errors.Require(value >= low && value <= high, $"{key}.{name} is {value}, expected {low} to {high}");
    }
}
