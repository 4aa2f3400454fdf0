using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>What a network makes of an image.</summary>
/// <param name="Features">What its last layer reads.</param>
/// <param name="Probabilities">The probability of every class.</param>
public readonly record struct ImageOpinion(float[] Features, float[] Probabilities);

/// <summary>A session that judges images, whoever made them: a capability of some fields.</summary>
public interface IImageJudge
{
    /// <summary>What it tells apart.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Judges images of any size and mode.</summary>
    IReadOnlyList<ImageOpinion> Judge(IReadOnlyList<PixelImage> images, CancellationToken cancellation = default);
}
