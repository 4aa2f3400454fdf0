using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Polymath.Formats.Files;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// Writes a model into a folder: <c>model.safetensors</c>, or shards <c>model-00001-of-0000N.safetensors</c> with
/// <c>model.safetensors.index.json</c> where one file would grow too large. <see cref="SafetensorsCollection"/> reads
/// both.
/// </summary>
public static partial class SafetensorsCollectionWriter
{
    /// <summary>The largest shard by default: what Hugging Face's libraries write too, 5 GB.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    /// <summary>
    /// Writes all tensors and removes the files of a model that was in the folder before. All data is on the disk
    /// before the first old file is touched, so a full disk loses nothing.
    /// </summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="entries">The tensors; shards are filled in this order.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c> of each file.</param>
    /// <param name="maxShardBytes">The most bytes of data in one file; a larger tensor gets a file of its own.</param>
    /// <returns>The names of the files written, the index last.</returns>
    /// <exception cref="ArgumentException">A name occurs twice or a limit is exceeded.</exception>
    /// <exception cref="IOException">The folder is missing or the disk full; the old files are still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow writing.</exception>
    public static IReadOnlyList<string> Write(
        string folder,
        IReadOnlyList<SafetensorsEntry> entries,
        IReadOnlyDictionary<string, string>? metadata = null,
        long maxShardBytes = DefaultMaxShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardBytes);
        List<(string Name, Action<Stream> Write)> files = Plan(entries, metadata, maxShardBytes);
        string fullFolder = Path.GetFullPath(folder);
        List<string> partials = [];
        try
        {
            foreach ((string name, Action<Stream> write) in files)
            {
                partials.Add(AtomicFile.WritePartial(Path.Combine(fullFolder, name), write));
            }

            Commit(fullFolder, files.ConvertAll(file => file.Name), partials);
        }
        catch
        {
            partials.ForEach(AtomicFile.TryDelete);
            throw;
        }

        AtomicFile.SynchroniseFolder(fullFolder);
        return files.ConvertAll(file => file.Name);
    }

    private static List<(string Name, Action<Stream> Write)> Plan(
        IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata, long maxShardBytes)
    {
        List<List<SafetensorsEntry>> shards = Split(entries, maxShardBytes);
        if (shards.Count == 1)
        {
            return [(SafetensorsCollection.SingleFileName, SafetensorsWriter.Prepare(shards[0], metadata))];
        }

        if (shards.Count > SafetensorsLimits.MaxShardCount)
        {
            throw new ArgumentException(
                $"{shards.Count} shards, at most {SafetensorsLimits.MaxShardCount} can be read", nameof(maxShardBytes));
        }

        List<(string Name, Action<Stream> Write)> files = [];
        SortedDictionary<string, string> shardOfTensor = new(StringComparer.Ordinal);
        for (int i = 0; i < shards.Count; i++)
        {
            string name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            files.Add((name, SafetensorsWriter.Prepare(shards[i], metadata)));
            foreach (SafetensorsEntry entry in shards[i])
            {
                if (!shardOfTensor.TryAdd(entry.Name, name))
                {
                    throw new ArgumentException($"tensor {entry.Name} occurs twice", nameof(entries));
                }
            }
        }

        long totalBytes = entries.Sum(entry => entry.ByteCount);
        files.Add((SafetensorsIndex.FileName, stream => WriteIndex(stream, shardOfTensor, totalBytes)));
        return files;
    }

    private static List<List<SafetensorsEntry>> Split(IReadOnlyList<SafetensorsEntry> entries, long maxShardBytes)
    {
        List<List<SafetensorsEntry>> shards = [[]];
        long shardBytes = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (shards[^1].Count > 0 && entry.ByteCount > maxShardBytes - shardBytes)
            {
                shards.Add([]);
                shardBytes = 0;
            }

            shards[^1].Add(entry);
            shardBytes += entry.ByteCount;
        }

        return shards;
    }

    private static void WriteIndex(Stream stream, SortedDictionary<string, string> shardOfTensor, long totalBytes)
    {
        JsonWriterOptions options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using Utf8JsonWriter json = new(stream, options);
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", totalBytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach ((string tensor, string shard) in shardOfTensor)
        {
            json.WriteString(tensor, shard);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>
    /// Renames the files so that a crash in between never leaves a mixture that opens: readers prefer the single file,
    /// and the index, which decides where there is none, comes last.
    /// </summary>
    private static void Commit(string folder, List<string> names, List<string> partials)
    {
        string index = Path.Combine(folder, SafetensorsIndex.FileName);
        if (names.Count > 1 && names.Exists(name => IsShard(name) && File.Exists(Path.Combine(folder, name))))
        {
            File.Delete(index);
            AtomicFile.SynchroniseFolder(folder);
        }

        for (int i = 0; i < names.Count; i++)
        {
            AtomicFile.Commit(partials[i], Path.Combine(folder, names[i]));
        }

        AtomicFile.SynchroniseFolder(folder);
        foreach (string path in Directory.GetFiles(folder, "model*"))
        {
            string name = Path.GetFileName(path);
            bool isModel = name is SafetensorsCollection.SingleFileName or SafetensorsIndex.FileName || IsShard(name);
            if (isModel && !names.Contains(name))
            {
                File.Delete(path);
            }
        }
    }

    private static bool IsShard(string name) => ShardName().IsMatch(name);

    [GeneratedRegex(@"^model-\d{5}-of-\d{5}\.safetensors$", RegexOptions.CultureInvariant)]
    private static partial Regex ShardName();
}
