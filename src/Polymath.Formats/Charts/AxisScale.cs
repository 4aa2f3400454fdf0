namespace Polymath.Formats.Charts;

/// <summary>How values are spread along an axis.</summary>
public enum AxisScale
{
    /// <summary>Equal differences are equal lengths.</summary>
    Linear,

    /// <summary>Equal ratios are equal lengths; values that are not positive cannot be shown.</summary>
    Logarithmic,
}
