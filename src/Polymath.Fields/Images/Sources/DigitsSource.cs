using System.Globalization;
using System.IO.Compression;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Images;

namespace Polymath.Fields.Images.Sources;

/// <summary>
/// Optical recognition of handwritten digits (Alpaydin and Kaynak, 1998), as scikit-learn brings it: 1 797 grey images of
/// 8 x 8 pixels with values from 0 to 16, a line of comma-separated values each, the label last.
/// </summary>
internal sealed class DigitsSource : IImageSource
{
    /// <summary>Its name.</summary>
    public const string DataName = "digits";

    private const int MaxPackedBytes = 1 << 20, MaxBytes = 16 << 20;
    private const int Side = 8, LargestValue = 16;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="InvalidInputException">It is missing or damaged; names the line.</exception>
    public DigitsSource(string path)
    {
        var images = new List<ImageReference>();
        foreach (string line in ReadText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = $"{path}, line {images.Count + 1}";
            byte[] values = ParseLine(line.TrimEnd('\r'), name);
            byte[] pixels = [.. values[..^1].Select(value => (byte)(value * byte.MaxValue / LargestValue))];
            images.Add(new ImageReference(
                $"digit {images.Count}", values[^1], null, () => new PixelImage(Side, Side, 1, pixels)));
        }

        Images = images;
    }

    /// <inheritdoc/>
    public string Name => DataName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")];

    /// <inheritdoc/>
    public bool MayMirror => false;

    /// <inheritdoc/>
    public IReadOnlyList<ImageReference> Images { get; }

    private static string ReadText(string path)
    {
        byte[] packed = InputFile.ReadAllBytes(path, MaxPackedBytes);
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var bounded = new Data.Archives.BoundedStream(unpacked, MaxBytes, path);
            using var reader = new StreamReader(bounded);
            return reader.ReadToEnd();
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidInputException($"{path}: is damaged ({fault.Message.TrimEnd('.')})", fault);
        }
    }

    private static byte[] ParseLine(string line, string name)
    {
        string[] parts = line.Split(',');
        var values = new byte[parts.Length];
        for (int index = 0; index < parts.Length; index++)
        {
            bool isNumber = byte.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out values[index]);
            int largest = index == parts.Length - 1 ? 9 : LargestValue;
            if (!isNumber || values[index] > largest || parts.Length != (Side * Side) + 1)
            {
                throw new InvalidInputException(
                    $"{name}: expected {Side * Side} whole numbers up to {LargestValue} and a digit, separated by commas");
            }
        }

        return values;
    }
}
