using Polymath.Compute;

namespace Polymath.Fields.Data;

/// <summary>
/// A folder that is filled aside and put in place at once when complete: readers see the old one or the new one,
/// never half of one. Disposed without <see cref="Commit"/>, it vanishes.
/// </summary>
public sealed class StagedFolder : IDisposable
{
    // What a killed process left behind is swept away when nobody can still be working on it.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(2);
    private const int Attempts = 3;
    private static int _lastNumber;

    private readonly string _target;
    private readonly string _replaced;

    private StagedFolder(string target, string path, string replaced)
    {
        (_target, Path, _replaced) = (target, path, replaced);
    }

    /// <summary>The folder to fill: empty, beside the target.</summary>
    public string Path { get; }

    /// <summary>Makes an empty folder aside, and the folders above it.</summary>
    /// <param name="target">Where the folder shall be in the end.</param>
    /// <param name="clock">Tells the age of leftovers.</param>
    /// <exception cref="InvalidInputException">The folder above cannot be made or written.</exception>
    public static StagedFolder Create(string target, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        string parent = System.IO.Path.GetDirectoryName(target) ?? target;
        string name = System.IO.Path.GetFileName(target);
        int number = Interlocked.Increment(ref _lastNumber);
        string path = System.IO.Path.Combine(parent, $".{name}.{Environment.ProcessId}-{number}.partial");
        try
        {
            Directory.CreateDirectory(parent);
            Sweep(parent, name, clock);
            DeleteIfThere(path);
            Directory.CreateDirectory(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidInputException(
                $"{parent}: cannot be written ({fault.Message}); expected a folder to keep data in.", fault);
        }

        return new StagedFolder(target, path, System.IO.Path.ChangeExtension(path, "replaced"));
    }

    /// <summary>Puts the folder in place of what the target was.</summary>
    /// <exception cref="IOException">The disk refuses; the old folder is then back in place.</exception>
    public void Commit()
    {
        // Another process may put its own copy in place between the two moves; then that copy is replaced in turn.
        for (int attempt = 1; !TryCommit(mayFail: attempt < Attempts); attempt++)
        {
        }

        DeleteIfThere(_replaced);
    }

    /// <inheritdoc/>
    public void Dispose() => DeleteIfThere(Path);

    private bool TryCommit(bool mayFail)
    {
        bool hadOld = Directory.Exists(_target);
        DeleteIfThere(hadOld ? _replaced : "");
        try
        {
            if (hadOld)
            {
                Directory.Move(_target, _replaced);
            }

            Directory.Move(Path, _target);
            return true;
        }
        catch (IOException)
        {
            if (Directory.Exists(_replaced) && !Directory.Exists(_target))
            {
                Directory.Move(_replaced, _target);
            }

            if (!mayFail)
            {
                throw;
            }

            return false;
        }
    }

    private static void Sweep(string parent, string name, TimeProvider clock)
    {
        DateTimeOffset oldest = clock.GetUtcNow() - LeftoverAge;
        foreach (string leftover in Directory.EnumerateDirectories(parent, $".{name}.*"))
        {
            bool isOurs = leftover.EndsWith(".partial", StringComparison.Ordinal) ||
                leftover.EndsWith(".replaced", StringComparison.Ordinal);
            if (isOurs && Directory.GetLastWriteTimeUtc(leftover) < oldest.UtcDateTime)
            {
                DeleteIfThere(leftover);
            }
        }
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
