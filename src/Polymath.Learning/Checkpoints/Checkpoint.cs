using System.IO.Hashing;
using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>A checkpoint on the disk whose files were found to be whole.</summary>
public sealed class Checkpoint
{
    /// <summary>The file of the experience's state; missing where it has none.</summary>
    internal const string ExperienceName = "experience.bin";

    private Checkpoint(string path, CheckpointManifest manifest)
    {
        Path = path;
        Manifest = manifest;
    }

    /// <summary>Its folder.</summary>
    public string Path { get; }

    /// <summary>What it is.</summary>
    public CheckpointManifest Manifest { get; }

    /// <summary>Steps done when it was saved.</summary>
    public long Step => Manifest.Step;

    /// <summary>Opens a checkpoint and reads all its files once to compare their hashes.</summary>
    /// <exception cref="InvalidInputException">It is damaged, or of another version.</exception>
    public static Checkpoint Open(string path)
    {
        CheckpointManifest manifest = CheckpointManifest.Read(path)
            ?? throw new InvalidInputException(
                $"{path} is damaged: {CheckpointManifest.FileName} is missing or altered");
        foreach (CheckpointFile file in manifest.Files)
        {
            if (FaultOf(path, file) is string fault)
            {
                throw new InvalidInputException($"{path} is damaged: {file.Name} {fault}");
            }
        }

        return new Checkpoint(path, manifest);
    }

    /// <summary>
    /// Gives a network the parameters that were examined: the moving average where there is one, else the last.
    /// </summary>
    /// <exception cref="InvalidInputException">The network has another shape.</exception>
    public unsafe void LoadParameters(ParameterStore store)
    {
        bool isAveraged = Manifest.Files.Any(file => file.Name == StateFile.AverageName);
        string name = isAveraged ? StateFile.AverageName : StateFile.ParametersName;
        StateFile.OfParameters(name, store, store.Values).Restore(Path);
    }

    /// <summary>Restores the training state.</summary>
    /// <exception cref="InvalidInputException">The recipe's network or optimiser has another shape.</exception>
    internal void Restore(IEnumerable<StateFile> files, IExperience experience)
    {
        foreach (StateFile file in files)
        {
            file.Restore(Path);
        }

        string experiencePath = System.IO.Path.Combine(Path, ExperienceName);
        experience.RestoreState(File.Exists(experiencePath) ? File.ReadAllBytes(experiencePath) : []);
    }

    private static string? FaultOf(string folder, CheckpointFile file)
    {
        try
        {
            using FileStream stream = File.OpenRead(System.IO.Path.Combine(folder, file.Name));
            if (stream.Length != file.Bytes)
            {
                return $"has {stream.Length} bytes, expected {file.Bytes}";
            }

            var hash = new XxHash128();
            hash.Append(stream);
            return Convert.ToHexStringLower(hash.GetCurrentHash()) == file.Hash
                ? null
                : "has another content than was saved";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return $"cannot be read: {fault.Message}";
        }
    }
}
