namespace Polymath.Fields.Images.Sources;

/// <summary>Labelled images, wherever they are.</summary>
public interface IImageSource
{
    /// <summary>What a person called it.</summary>
    string Name { get; }

    /// <summary>The classes by their numbers.</summary>
    IReadOnlyList<string> Classes { get; }

    /// <summary>Whether a mirrored image is of the same class.</summary>
    bool MayMirror { get; }

    /// <summary>All images, in an order that depends on nothing but the data.</summary>
    IReadOnlyList<ImageReference> Images { get; }
}
