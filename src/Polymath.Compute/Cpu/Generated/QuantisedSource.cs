namespace Polymath.Compute.Cpu.Generated;

/// <summary>The weights that a generated tile reads, in blocks of 32 along k.</summary>
internal enum QuantisedSource
{
    /// <summary>Packed blocks of <see cref="WeightFormat.Q8_0"/>.</summary>
    EightBits,

    /// <summary>Packed blocks of <see cref="WeightFormat.Q4_0"/>.</summary>
    FourBits,

    /// <summary>Expanded blocks with a scale and a minimum for each row (<see cref="PackedProducts.PanelExpansion"/>).</summary>
    WithMinima,

    /// <summary>Expanded blocks with two scales for each row, for 16 k each.</summary>
    WithTwoScales,
}
