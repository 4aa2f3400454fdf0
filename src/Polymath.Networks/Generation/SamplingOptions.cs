namespace Polymath.Networks;

/// <summary>How the next token is chosen from the logits.</summary>
public sealed record SamplingOptions
{
    /// <summary>What logits are divided by; 0 always takes the likeliest token.</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Only the so many likeliest tokens; 0: all (Fan et al., 2018).</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together reach this probability; 1: all (Holtzman et al., 2020).</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Only tokens at least this share as likely as the likeliest; 0: all (Nguyen et al., 2024).</summary>
    public float MinP { get; init; }

    /// <summary>What the logits of tokens already there are weakened by; 1: not at all (Keskar et al., 2019).</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>The seed: the same seed, prompt and model give the same text.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Appends a sentence for everything that is out of range.</summary>
    public void Validate(ICollection<string> errors)
    {
        Check(Temperature is >= 0 and <= 100, "temperature", Temperature, "0 to 100");
        Check(TopK >= 0, "top-k", TopK, "0 (all) or more");
        Check(TopP is > 0 and <= 1, "top-p", TopP, "above 0, at most 1");
        Check(MinP is >= 0 and < 1, "min-p", MinP, "0 to below 1");
        Check(RepetitionPenalty is > 0 and <= 100, "repetition-penalty", RepetitionPenalty, "above 0, at most 100");

        void Check(bool holds, string name, float value, string expected)
        {
            if (!holds)
            {
                errors.Add($"{name} is {value}, expected {expected}");
            }
        }
    }
}
