using Polymath.Compute;
using Polymath.Fields.Data.Fetching;

namespace Polymath.Fields.Data;

/// <summary>Keeps the catalogue's data sets on disk, and fetches those that are missing or damaged.</summary>
public sealed class DataStore
{
    private const string FetchedName = ".fetched";

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly IDataFetcher _fetcher;
    private readonly IReadOnlyList<DataSet> _catalogue;

    /// <summary>Opens a store; nothing is made or fetched yet.</summary>
    /// <param name="folder">Holds a folder for each data set; see <see cref="CacheFolders.Data"/>.</param>
    /// <param name="clock">Tells which leftovers of killed runs are old; null for the system's.</param>
    public DataStore(string folder, TimeProvider? clock = null)
        : this(folder, clock ?? TimeProvider.System, new OriginFetcher(), DataCatalogue.All)
    {
    }

    internal DataStore(string folder, TimeProvider clock, IDataFetcher fetcher, IReadOnlyList<DataSet> catalogue)
    {
        (_folder, _clock, _fetcher, _catalogue) = (folder, clock, fetcher, catalogue);
    }

    /// <summary>Whether a word is the name of one of the data sets that this store knows.</summary>
    public bool Contains(string name) => _catalogue.Any(set => set.Name == name);

    /// <summary>Where a data set is or would be: also where a person may put its files by hand.</summary>
    public string FolderOf(DataSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return Path.Combine(Path.GetFullPath(_folder), set.Name);
    }

    /// <summary>Whether a data set is on disk, complete and undamaged; reads all of it.</summary>
    public bool IsComplete(DataSet set) => DataContent.Measure(FolderOf(set)) == set.Content;

    /// <summary>
    /// Gives a data set's place on disk: the file when it has a single one, else the folder. Checks the content each
    /// time, and fetches what is missing or damaged aside, verifies it, then puts it in place.
    /// </summary>
    /// <param name="name">The data set.</param>
    /// <param name="progress">Receives a line for each stage.</param>
    /// <param name="cancellation">Stops the work, leaving what was there before.</param>
    /// <exception cref="InvalidInputException">
    /// There is no such data set (lists the names), or the store's folder cannot be written.
    /// </exception>
    /// <exception cref="DataUnavailableException">The data cannot be had now; says what to do.</exception>
    public async Task<string> GetAsync(
        string name, IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        DataSet set = DataCatalogue.Find(name, _catalogue);
        string folder = FolderOf(set);
        if (!IsComplete(set))
        {
            try
            {
                await FetchAsync(set, folder, progress, cancellation).ConfigureAwait(false);
            }
            catch (Exception fault) when (
                fault is DataUnavailableException or InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw new DataUnavailableException(Explain(set, folder, fault.Message), fault);
            }
        }

        return set.Content.FileCount == 1 ? Path.Combine(folder, DataContent.Files(folder)[0]) : folder;
    }

    private async Task FetchAsync(
        DataSet set, string folder, IProgress<string>? progress, CancellationToken cancellation)
    {
        using StagedFolder staged = StagedFolder.Create(folder, _clock);
        string fetched = Path.Combine(staged.Path, FetchedName);
        Directory.CreateDirectory(fetched);
        progress?.Report($"fetching {set.Origin.Description} ({set.DownloadBytes / 1e6:F1} MB)");
        await _fetcher.FetchAsync(set, fetched, cancellation).ConfigureAwait(false);
        progress?.Report($"deriving {set.Name}");
        set.Derive(fetched, staged.Path);
        Directory.Delete(fetched, recursive: true);
        DataContent content = DataContent.Measure(staged.Path);
        if (content != set.Content)
        {
            throw new InvalidDataException(
                $"{set.Origin.Description} gives other contents than those pinned: {Describe(content)}, expected " +
                Describe(set.Content));
        }

        staged.Commit();
        progress?.Report($"{set.Name} is in {folder}");
    }

    private static string Explain(DataSet set, string folder, string reason)
    {
        DataContent present = DataContent.Measure(folder);
        string damage = present.FileCount == 0 ? "" : $" The copy in {folder} is damaged ({Describe(present)}).";
        string files = set.Content.FileCount == 1 ? "its file" : $"its {set.Content.FileCount} files";
        return $"The data set {set.Name} cannot be had: {reason.TrimEnd('.')}; or put {files} " +
            $"({Describe(set.Content)}) into {folder} by hand.{damage}";
    }

    private static string Describe(DataContent content) => $"{content.Bytes} bytes of SHA-256 {content.Sha256}";
}
