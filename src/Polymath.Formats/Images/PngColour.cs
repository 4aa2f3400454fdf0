namespace Polymath.Formats.Images;

/// <summary>What the bytes of a pixel mean; the values are those of the PNG format.</summary>
public enum PngColour
{
    /// <summary>One byte: brightness.</summary>
    Grey = 0,

    /// <summary>Three bytes: red, green, blue.</summary>
    Rgb = 2,

    /// <summary>Four bytes: red, green, blue, opacity (not premultiplied).</summary>
    Rgba = 6,
}
