using System.Text;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Images;

namespace Polymath.Fields.Images.Sources;

/// <summary>
/// A CSV file in UTF-8 (RFC 4180) with a line <c>path,label</c> for every image, under that heading or none; paths are
/// relative to the file.
/// </summary>
internal sealed class ImageTableSource : IImageSource
{
    private const int MaxBytes = 1 << 28;

    /// <summary>Reads the table; no image yet.</summary>
    /// <exception cref="InvalidInputException">A line has no two cells, or there are fewer than two classes.</exception>
    public ImageTableSource(string path)
    {
        Name = path;
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var rows = new List<(string File, string Label)>();
        foreach ((string[] cells, int line) in CsvReader.Read(ReadText(path), path))
        {
            if (cells.Length != 2 || cells[0].Length == 0 || cells[1].Length == 0)
            {
                throw new InvalidInputException($"{path}, line {line}: has {cells.Length} cells, expected path,label");
            }

            if (rows.Count > 0 || line > 1 || cells is not ["path", "label"])
            {
                rows.Add((Path.Combine(folder, cells[0]), cells[1]));
            }
        }

        string[] classes = [.. rows.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length < 2)
        {
            throw new InvalidInputException($"{path}: names {classes.Length} classes, expected two at least");
        }

        Classes = classes;
        Images = [.. rows.Select(row => new ImageReference(
            row.File, Array.BinarySearch(classes, row.Label, StringComparer.Ordinal), null, () => ImageFile.Read(row.File)))];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public bool MayMirror => true;

    /// <inheritdoc/>
    public IReadOnlyList<ImageReference> Images { get; }

    private static string ReadText(string path)
    {
        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(InputFile.ReadAllBytes(path, MaxBytes));
            return text.TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidInputException($"{path}: is not UTF-8, expected a CSV file of path,label", fault);
        }
    }
}
