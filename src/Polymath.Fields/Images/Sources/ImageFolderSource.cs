using Polymath.Compute;
using Polymath.Formats.Images;

namespace Polymath.Fields.Images.Sources;

/// <summary>
/// A folder that holds a folder for every class, each with PNG and JPEG files, however deep; or, where one class is enough,
/// such files alone. Hidden files and folders and
/// linked folders are passed over.
/// </summary>
internal sealed class ImageFolderSource : IImageSource
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint,
    };

    /// <summary>Finds the files; reads none.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="leastClasses">How many classes there must be.</param>
    /// <exception cref="InvalidInputException">There are fewer.</exception>
    public ImageFolderSource(string path, int leastClasses = 2)
    {
        Name = path;
        string[] folders = [.. Directory.EnumerateDirectories(path, "*", new EnumerationOptions())
            .Order(StringComparer.Ordinal)];
        var classes = new List<string>();
        var images = new List<ImageReference>();
        foreach (string folder in folders)
        {
            AddClass(folder, Everything);
        }

        if (classes.Count == 0 && leastClasses == 1)
        {
            AddClass(path, new EnumerationOptions { AttributesToSkip = Everything.AttributesToSkip });
        }

        (Classes, Images) = (classes, images);
        if (classes.Count < leastClasses)
        {
            throw new InvalidInputException(
                $"{path}: holds {classes.Count} folders with images, expected one for every class, "
                + (leastClasses == 1 ? "or images alone" : "two at least")
                + $", with files that end in {string.Join(", ", ImageFile.Extensions)}");
        }

        void AddClass(string folder, EnumerationOptions options)
        {
            string[] files = [.. Directory.EnumerateFiles(folder, "*", options).Where(IsImage).Order(StringComparer.Ordinal)];
            images.AddRange(files.Select(file => new ImageReference(file, classes.Count, null, () => ImageFile.Read(file))));
            if (files.Length > 0)
            {
                classes.Add(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)));
            }
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; }

    /// <inheritdoc/>
    public bool MayMirror => true;

    /// <inheritdoc/>
    public IReadOnlyList<ImageReference> Images { get; }

    private static bool IsImage(string path) =>
        ImageFile.Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
