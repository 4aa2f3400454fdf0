using System.Globalization;
using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Learning;

/// <summary>
/// The checkpoints of a run, <c>step-N/</c> each. One appears whole or not at all: it is written aside in the same
/// folder, every file is forced to the disk, the folder is renamed, and the rename is forced to the disk. What a
/// killed process leaves begins with a dot and is cleared away by the next that trains the run.
/// </summary>
public sealed class CheckpointStore
{
    private const string Prefix = "step-";

    // Endings of what is on its way in or out, behind a dot and the checkpoint's name.
    private const string PartialSuffix = ".partial", ReplacedSuffix = ".replaced", DeletedSuffix = ".deleted";

    private readonly ICheckpointStorage _storage;

    /// <summary>The checkpoints in a folder, which need not exist yet.</summary>
    public CheckpointStore(string folder)
        : this(folder, new DiskStorage())
    {
    }

    internal CheckpointStore(string folder, ICheckpointStorage storage)
    {
        Folder = folder;
        _storage = storage;
    }

    /// <summary>Where they lie.</summary>
    public string Folder { get; }

    /// <summary>The steps of all checkpoints, newest first; they may be damaged.</summary>
    public IReadOnlyList<long> Steps => !Directory.Exists(Folder)
        ? []
        : [.. Directory.EnumerateDirectories(Folder, Prefix + "*")
            .Select(path => StepOf(Path.GetFileName(path)))
            .Where(step => step >= 0)
            .OrderDescending()];

    /// <summary>The folder of a step's checkpoint.</summary>
    public string PathOf(long step) => Path.Combine(Folder, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Opens the checkpoint of a step.</summary>
    /// <exception cref="InvalidInputException">There is none, or it is damaged.</exception>
    public Checkpoint Open(long step) => Directory.Exists(PathOf(step))
        ? Checkpoint.Open(PathOf(step))
        : throw new InvalidInputException(
            $"{Folder} has no checkpoint of step {step}; there are {string.Join(", ", Steps.Order())}");

    /// <summary>Opens the newest checkpoint that is whole; null where there is none at all.</summary>
    /// <param name="notes">Told of every damaged checkpoint that is passed over.</param>
    /// <exception cref="InvalidInputException">There are checkpoints, and all are damaged.</exception>
    public Checkpoint? OpenNewest(Action<string> notes) => OpenFirst(Steps, notes);

    /// <summary>
    /// Opens the checkpoint that examined best, or the newest where none was examined or it is damaged.
    /// </summary>
    /// <param name="notes">Told of every damaged checkpoint that is passed over.</param>
    /// <exception cref="InvalidInputException">There is no checkpoint, or all are damaged.</exception>
    public Checkpoint OpenBest(Action<string> notes)
    {
        IReadOnlyList<long> steps = Steps;
        CheckpointManifest? newest = steps
            .Select(step => CheckpointManifest.Read(PathOf(step)))
            .FirstOrDefault(manifest => manifest is not null);
        IEnumerable<long> order = newest?.BestStep is long step && steps.Contains(step)
            ? [step, .. steps.Where(other => other != step)]
            : steps;
        return OpenFirst(order, notes) ?? throw new InvalidInputException($"{Folder} holds no checkpoint yet");
    }

    /// <summary>Saves a checkpoint, then deletes those that are not to be kept.</summary>
    /// <param name="manifest">What it is; its files are filled in here.</param>
    /// <param name="files">The tensors.</param>
    /// <param name="experience">The state of the experience; empty where it has none.</param>
    /// <param name="keepLast">How many of the last are kept; the best is kept besides.</param>
    /// <returns>The checkpoint's size in bytes.</returns>
    /// <exception cref="IOException">The disk is full or broken; all earlier checkpoints are as they were.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    internal long Save(
        CheckpointManifest manifest, IEnumerable<StateFile> files, byte[] experience, int keepLast)
    {
        Clean();
        _storage.CreateFolder(Folder);
        string partial = Hidden(manifest.Step, PartialSuffix);
        long bytes;
        try
        {
            bytes = Write(partial, manifest, files, experience);
            Replace(partial, manifest.Step);
        }
        catch
        {
            TryClean();
            throw;
        }

        Retain(manifest, keepLast);
        return bytes;
    }

    /// <summary>Clears away what killed processes left. Only for the process that trains the run.</summary>
    internal void Clean()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        foreach (string path in Directory.EnumerateDirectories(Folder, "." + Prefix + "*").ToArray())
        {
            string name = Path.GetFileNameWithoutExtension(path)[1..];
            string original = Path.Combine(Folder, name);
            if (Path.GetExtension(path) == ReplacedSuffix && !Directory.Exists(original))
            {
                // Killed between the two renames of a replacement: the old checkpoint takes its place again.
                _storage.RenameFolder(path, original);
            }
            else
            {
                _storage.DeleteFolder(path);
            }
        }
    }

    private long Write(string partial, CheckpointManifest manifest, IEnumerable<StateFile> files, byte[] experience)
    {
        _storage.CreateFolder(partial);
        List<CheckpointFile> written = [];
        foreach (StateFile file in files)
        {
            SafetensorsEntry[] entries = [.. file.Tensors.Select(tensor => tensor.ToEntry())];
            written.Add(WriteFile(partial, file.Name, stream => SafetensorsWriter.Write(stream, entries)));
        }

        if (experience.Length > 0)
        {
            written.Add(WriteFile(partial, Checkpoint.ExperienceName, stream => stream.Write(experience)));
        }

        byte[] text = (manifest with { Files = written }).Serialize();
        WriteFile(partial, CheckpointManifest.FileName, stream => stream.Write(text));
        _storage.SynchronizeFolder(partial);
        return text.Length + written.Sum(file => file.Bytes);
    }

    private CheckpointFile WriteFile(string folder, string name, Action<Stream> write)
    {
        using Stream stream = _storage.CreateFile(Path.Combine(folder, name));
        using var hashing = new HashingStream(stream);
        write(hashing);
        _storage.Synchronize(stream);
        return hashing.Describe(name);
    }

    private void Replace(string partial, long step)
    {
        string target = PathOf(step);
        bool isReplaced = Directory.Exists(target);
        if (isReplaced)
        {
            _storage.RenameFolder(target, Hidden(step, ReplacedSuffix));
        }

        _storage.RenameFolder(partial, target);
        _storage.SynchronizeFolder(Folder);
        if (isReplaced)
        {
            _storage.DeleteFolder(Hidden(step, ReplacedSuffix));
        }
    }

    // Checkpoints of later steps are of a continuation that was given up: the run went back and took another way.
    private void Retain(CheckpointManifest current, int keepLast)
    {
        IEnumerable<long> last = Steps.Where(step => step <= current.Step).Take(keepLast);
        HashSet<long> kept = [current.Step, .. last, current.BestStep ?? current.Step];
        foreach (long step in Steps.Where(step => !kept.Contains(step)))
        {
            string deleted = Hidden(step, DeletedSuffix);
            _storage.RenameFolder(PathOf(step), deleted);
            _storage.DeleteFolder(deleted);
        }
    }

    private Checkpoint? OpenFirst(IEnumerable<long> steps, Action<string> notes)
    {
        InvalidInputException? last = null;
        foreach (long step in steps)
        {
            try
            {
                return Open(step);
            }
            catch (InvalidInputException fault)
            {
                notes($"{fault.Message}; passing over it");
                last = fault;
            }
        }

        return last is null ? null : throw last;
    }

    private string Hidden(long step, string suffix) =>
        Path.Combine(Folder, "." + Path.GetFileName(PathOf(step)) + suffix);

    private void TryClean()
    {
        try
        {
            Clean();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The failure that led here is the one to report.
        }
    }

    private static long StepOf(string name) =>
        long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? step
            : -1;
}
