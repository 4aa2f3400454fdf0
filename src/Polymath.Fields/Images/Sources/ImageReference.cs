using Polymath.Formats.Images;

namespace Polymath.Fields.Images.Sources;

/// <summary>An image that a source knows and has not read yet.</summary>
/// <param name="Name">Where it comes from, for people.</param>
/// <param name="Label">Its class.</param>
/// <param name="IsTest">Whether it belongs to the part that the data themselves keep for tests; null: they have none.</param>
/// <param name="Load">
/// Reads it; throws <see cref="Polymath.Compute.InvalidInputException"/> where it is missing or damaged.
/// </param>
public sealed record ImageReference(string Name, int Label, bool? IsTest, Func<PixelImage> Load);
