using Polymath.Fields.Images.Sources;
using Polymath.Formats.Images;

namespace Polymath.Fields.Tests.Images.Sources;

/// <summary>Images made by a test.</summary>
internal sealed class MemorySource(IReadOnlyList<string> classes) : IImageSource
{
    private readonly List<ImageReference> _images = [];

    public string Name => "memory";

    public IReadOnlyList<string> Classes => classes;

    public bool MayMirror => true;

    public IReadOnlyList<ImageReference> Images => _images;

    public MemorySource Add(int label, Func<PixelImage> load, bool? isTest = null)
    {
        _images.Add(new ImageReference($"image {_images.Count}", label, isTest, load));
        return this;
    }

    /// <summary>Appends grey images of 4 x 4 pixels, each of them another.</summary>
    public MemorySource AddMany(int label, int count, int first = 0)
    {
        for (int index = first; index < first + count; index++)
        {
            byte[] pixels = new byte[16];
            (pixels[0], pixels[1], pixels[2]) = ((byte)label, (byte)index, (byte)(index >> 8));
            Add(label, () => new PixelImage(4, 4, 1, pixels));
        }

        return this;
    }
}
