namespace Polymath.Fields.Text.Sources;

/// <summary>Which side of the split a text belongs to.</summary>
public enum TextPart
{
    /// <summary>The text that a network learns from.</summary>
    Training,

    /// <summary>The held-out text that measures what was learnt.</summary>
    Validation,
}
