namespace Polymath.Fields.Text.Sources;

/// <summary>How text files are parted into training and validation.</summary>
public sealed record TextFileOptions
{
    /// <summary>What is held out: documents or tails.</summary>
    public SplitMethod Split { get; init; } = SplitMethod.Automatic;

    /// <summary>The share of the text to hold out, above 0 and at most one half; a tenth, as in nanoGPT.</summary>
    public double ValidationShare { get; init; } = 0.1;
}
