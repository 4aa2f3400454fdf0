using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Learning;

/// <summary>
/// Where everything of a run lies: <c>recipe.json</c>, <c>metrics.jsonl</c>, TensorBoard's event files,
/// <c>checkpoints/</c>, <c>samples/</c>, <c>examination/</c>, <c>report.md</c>, <c>report.json</c>, <c>loss.png</c>, and what the field
/// keeps (a tokenizer). Training holds a lock on it, so that two processes never train the same run.
/// </summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>What the folder of pictures is called.</summary>
    public const string PicturesName = "examination";

    private const string LockName = ".lock";

    private readonly FileStream? _lock;
    private readonly bool _wasEmpty;

    // The folders that this process made above the run's own, the nearest first.
    private readonly IReadOnlyList<string> _madeParents;

    private RunFolder(string path, FileStream? trainingLock, bool wasEmpty, IReadOnlyList<string> madeParents)
    {
        Path = path;
        _lock = trainingLock;
        _wasEmpty = wasEmpty;
        _madeParents = madeParents;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    /// <summary>The folder's own name.</summary>
    public string Name => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));

    /// <summary>The recipe, complete.</summary>
    public string RecipePath => In("recipe.json");

    /// <summary>A line a report.</summary>
    public string MetricsPath => In("metrics.jsonl");

    /// <summary>The folder of checkpoints.</summary>
    public string CheckpointsPath => In("checkpoints");

    /// <summary>The folder of what the network made.</summary>
    public string SamplesPath => In("samples");

    /// <summary>The folder of pictures of the examination.</summary>
    public string PicturesPath => In(PicturesName);

    /// <summary>The report for people.</summary>
    public string ReportPath => In("report.md");

    /// <summary>The report for programs.</summary>
    public string ReportJsonPath => In("report.json");

    /// <summary>The curve of the loss.</summary>
    public string LossChartPath => In("loss.png");

    /// <summary>Whether this process may train the run.</summary>
    public bool IsLocked => _lock is not null;

    /// <summary>
    /// Makes a new run's folder and locks it. Disposed before <see cref="WriteRecipe"/>, it is emptied again, so that
    /// bad data leave nothing half-made.
    /// </summary>
    /// <exception cref="InvalidInputException">The folder holds a run or anything else, or cannot be
    /// written.</exception>
    public static RunFolder Create(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (File.Exists(path))
        {
            throw new InvalidInputException($"{path} is a file; a run needs a new or empty folder");
        }

        if (IsRun(path))
        {
            throw new InvalidInputException($"{path} holds a run already: resume it, or choose another folder");
        }

        if (Directory.Exists(path) && !IsUnused(path))
        {
            throw new InvalidInputException($"{path} is not empty and holds no run: choose a new or empty folder");
        }

        bool wasEmpty = !Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any();
        IReadOnlyList<string> missing = MissingParents(path);
        return new RunFolder(path, Lock(path), wasEmpty, missing);
    }

    /// <summary>Opens an existing run to train it further, and locks it.</summary>
    /// <exception cref="InvalidInputException">The folder holds no run, or another process trains it.</exception>
    public static RunFolder Resume(string path)
    {
        path = Existing(path);
        return new RunFolder(path, Lock(path), wasEmpty: false, []);
    }

    /// <summary>Opens an existing run to read it, while it may be trained by another process.</summary>
    /// <exception cref="InvalidInputException">The folder holds no run.</exception>
    public static RunFolder Open(string path) => new(Existing(path), null, wasEmpty: false, []);

    /// <summary>Whether a folder holds a run.</summary>
    public static bool IsRun(string path) => File.Exists(System.IO.Path.Combine(path, "recipe.json"));

    /// <summary>Keeps the recipe, which makes the folder a run.</summary>
    public void WriteRecipe(IField field, Recipe recipe)
    {
        if (!IsLocked)
        {
            throw new InvalidOperationException("the run is open for reading only");
        }

        AtomicFile.WriteAllText(RecipePath, RecipeDocument.Serialize(field, recipe));
    }

    /// <summary>The run's recipe, changed by edits.</summary>
    /// <exception cref="InvalidInputException">The recipe cannot be read, or an edit is wrong.</exception>
    public Recipe ReadRecipe(IField field, IEnumerable<string>? edits = null) =>
        RecipeDocument.Compose(field, RecipePath, edits);

    /// <summary>The name of the run's field.</summary>
    /// <exception cref="InvalidInputException">The recipe cannot be read.</exception>
    public string ReadField() => RecipeDocument.ReadField(RecipePath);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_lock is null)
        {
            return;
        }

        // The folder was empty when this process locked it, so whatever lies in it is a half-made run.
        if (_wasEmpty && !IsRun(Path))
        {
            Clear(Path, _madeParents);
        }

        _lock.Dispose();
    }

    private static string Existing(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!IsRun(path))
        {
            string found = Directory.Exists(path) ? "holds no run: it has no recipe.json" : "does not exist";
            throw new InvalidInputException($"{path} {found}");
        }

        return path;
    }

    // A lock without a recipe was left by a process that was killed while it prepared its data.
    private static bool IsUnused(string path) =>
        File.Exists(System.IO.Path.Combine(path, LockName)) || !Directory.EnumerateFileSystemEntries(path).Any();

    private static FileStream Lock(string path)
    {
        string lockPath = System.IO.Path.Combine(path, LockName);
        try
        {
            Directory.CreateDirectory(path);
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(lockPath))
        {
            throw new InvalidInputException($"{path} is being trained by another process", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException($"{path} cannot be written: {fault.Message}", fault);
        }
    }

    private static List<string> MissingParents(string path)
    {
        var missing = new List<string>();
        string? parent = System.IO.Path.GetDirectoryName(path);
        while (parent is not null && !Directory.Exists(parent))
        {
            missing.Add(parent);
            parent = System.IO.Path.GetDirectoryName(parent);
        }

        return missing;
    }

    private static void Clear(string path, IReadOnlyList<string> madeParents)
    {
        try
        {
            Directory.Delete(path, recursive: true);
            foreach (string parent in madeParents)
            {
                // Refused where another run has come into it meanwhile.
                Directory.Delete(parent);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
