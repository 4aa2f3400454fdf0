using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Images.Jpeg;
using Polymath.Formats.Images.Png;

namespace Polymath.Formats.Images;

/// <summary>Reads images from files: PNG and JPEG, told by their first bytes.</summary>
public static class ImageFile
{
    /// <summary>The endings of image files, with their dots.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg"];

    /// <summary>Reads an image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What it may cost; null: <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="InvalidInputException">It is missing, damaged, too large or of another kind; names the file.</exception>
    public static PixelImage Read(string path, ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        byte[] bytes = InputFile.ReadAllBytes(path, limits.MaxFileBytes);
        try
        {
            return Decode(bytes, limits);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidInputException($"{path}: {fault.Message.TrimEnd('.')}", fault);
        }
    }

    /// <summary>Decodes an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="limits">What it may cost.</param>
    /// <exception cref="InvalidDataException">It is damaged, too large or of another kind.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> bytes, ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return PngReader.IsPng(bytes) ? PngReader.Decode(bytes, limits)
            : JpegReader.IsJpeg(bytes) ? JpegReader.Decode(bytes, limits)
            : throw new InvalidDataException("is neither a PNG nor a JPEG image");
    }
}
