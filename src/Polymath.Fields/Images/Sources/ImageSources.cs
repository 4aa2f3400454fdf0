using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Learning;

namespace Polymath.Fields.Images.Sources;

/// <summary>Opens the images that a person named on the command line.</summary>
public static class ImageSources
{
    /// <summary>The images when none are named.</summary>
    public const string Default = FashionMnistSource.DataName;

    /// <summary>
    /// Opens <see cref="Default"/> when nothing is named; else one name: a data set, which is fetched if need be, a folder
    /// that holds a folder for every class, or a CSV file of <c>path,label</c>.
    /// </summary>
    /// <param name="names">What was named.</param>
    /// <param name="store">Where data sets are kept.</param>
    /// <param name="leastClasses">How many classes a folder must hold; 1: it may hold images, not folders.</param>
    /// <param name="progress">Receives a line for each stage of fetching.</param>
    /// <param name="cancellation">Stops fetching.</param>
    /// <exception cref="InvalidInputException">It is missing, or nothing of these.</exception>
    /// <exception cref="DataUnavailableException">A data set cannot be had now; says what to do.</exception>
    public static async Task<IImageSource> OpenAsync(
        IReadOnlyList<string> names, DataStore store, int leastClasses = 2, IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(store);
        if (names.Count > 1)
        {
            throw new InvalidInputException(
                $"{names.Count} data are named, expected one: a data set, a folder with a folder for every class, or a CSV "
                + "file of path,label");
        }

        string name = names.Count == 0 ? Default : names[0];
        string path = store.Contains(name)
            ? await store.GetAsync(name, progress, cancellation).ConfigureAwait(false)
            : name;
        return name switch
        {
            FashionMnistSource.DataName => new FashionMnistSource(path),
            DigitsSource.DataName => new DigitsSource(path),
            _ when Directory.Exists(path) => new ImageFolderSource(path, leastClasses),
            _ when File.Exists(path) => new ImageTableSource(path),
            _ => throw new InvalidInputException(
                $"{path}: no such file or folder; expected a folder with a folder for every class, or a CSV file of path,label"),
        };
    }

    /// <summary>
    /// Opens the images of a session. The network of a run knows its classes by their numbers, so they must be those that it
    /// was trained with; in a folder that is no run yet names were left by a process that was killed.
    /// </summary>
    /// <inheritdoc cref="OpenAsync" path="/exception"/>
    public static IImageSource Open(IReadOnlyList<string> names, SessionContext context, int leastClasses)
    {
        IImageSource source = OpenAsync(
            names, new DataStore(CacheFolders.Data), leastClasses, new NoteProgress(context.Notes)).GetAwaiter().GetResult();
        if (RunFolder.IsRun(context.RunFolder) && ClassNames.Exist(context.RunFolder)
            && !ClassNames.Load(context.RunFolder).SequenceEqual(source.Classes))
        {
            throw new InvalidInputException($"{source.Name}: has other classes than the run was trained with");
        }

        return source;
    }
}
