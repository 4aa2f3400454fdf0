using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>A request for images.</summary>
/// <param name="Class">The class by name or number; null: all classes in turn.</param>
/// <param name="Count">How many.</param>
/// <param name="Seed">The same seed, request and network give the same images.</param>
/// <param name="StepCount">Steps of the sampler; null: as the recipe says.</param>
/// <param name="Guidance">How far beyond the class's own direction; null: as the recipe says.</param>
public sealed record ImageGenerationRequest(
    string? Class, int Count, ulong Seed, int? StepCount = null, float? Guidance = null);

/// <summary>An image that a network made.</summary>
/// <param name="Class">What it is to be an image of.</param>
/// <param name="Image">The image.</param>
public sealed record GeneratedImage(string Class, PixelImage Image);

/// <summary>A session that makes images: a capability of some fields.</summary>
public interface IImageGenerator
{
    /// <summary>Makes images of one size.</summary>
    /// <exception cref="Compute.InvalidInputException">There is no such class, or a number is out of range.</exception>
    IReadOnlyList<GeneratedImage> Generate(ImageGenerationRequest request, CancellationToken cancellation = default);
}
