using Polymath.Compute;
using Polymath.Formats.Images;

namespace Polymath.Fields.Images.Sources;

/// <summary>Fashion-MNIST (Xiao et al., 2017): 60 000 and 10 000 grey images of 28 x 28 pixels in ten classes.</summary>
internal sealed class FashionMnistSource : IImageSource
{
    /// <summary>Its name.</summary>
    public const string DataName = "fashion-mnist";

    /// <summary>Reads all of it.</summary>
    /// <param name="folder">Holds the four files under their usual names.</param>
    /// <exception cref="InvalidInputException">One is missing or damaged.</exception>
    public FashionMnistSource(string folder) =>
        Images = [.. Read(folder, "train", isTest: false), .. Read(folder, "t10k", isTest: true)];

    /// <inheritdoc/>
    public string Name => DataName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; } =
        ["T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    /// <inheritdoc/>
    public bool MayMirror => true;

    /// <inheritdoc/>
    public IReadOnlyList<ImageReference> Images { get; }

    private IEnumerable<ImageReference> Read(string folder, string part, bool isTest)
    {
        string imagesPath = Path.Combine(folder, $"{part}-images-idx3-ubyte.gz");
        string labelsPath = Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz");
        (int[] sizes, byte[] pixels) = IdxFile.Read(imagesPath, 3);
        (int[] labelSizes, byte[] labels) = IdxFile.Read(labelsPath, 1);
        if (labelSizes[0] != sizes[0] || labels.Any(label => label >= Classes.Count))
        {
            throw new InvalidInputException(
                $"{labelsPath}: expected {sizes[0]} labels below {Classes.Count}, found {labelSizes[0]} up to {labels.Max()}");
        }

        (int height, int width) = (sizes[1], sizes[2]);
        for (int index = 0; index < labels.Length; index++)
        {
            int start = index * height * width;
            yield return new ImageReference(
                $"{part} {index}", labels[index], isTest,
                () => new PixelImage(width, height, 1, pixels.AsSpan(start, height * width).ToArray()));
        }
    }
}
