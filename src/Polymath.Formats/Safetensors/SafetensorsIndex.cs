using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// The index of a sharded set: which tensor lies in which file beside it. File names in it are untrusted: only plain
/// names of regular files in the same folder are accepted.
/// </summary>
internal static class SafetensorsIndex
{
    /// <summary>What the index of a model is called.</summary>
    public const string FileName = "model.safetensors.index.json";

    private const string Extension = ".safetensors";

    /// <summary>Reads an index.</summary>
    /// <returns>The shard's file name for each tensor name.</returns>
    /// <exception cref="InvalidInputException">The index breaks a rule or names a file that is not allowed.</exception>
    public static Dictionary<string, string> Read(string path)
    {
        StrictJsonValue root = StrictJson.ReadFile(path, SafetensorsLimits.MaxIndexBytes);
        Dictionary<string, string> shardOfTensor = [];
        HashSet<string> shards = [];
        foreach ((string tensor, StrictJsonValue value) in root["weight_map"].Properties())
        {
            string shard = value.AsString();
            if (shards.Add(shard))
            {
                CheckShard(path, shard);
            }

            shardOfTensor.Add(tensor, shard);
            if (shardOfTensor.Count > SafetensorsLimits.MaxTensorCount)
            {
                throw new InvalidInputException($"{path}: more than {SafetensorsLimits.MaxTensorCount} tensors");
            }

            if (shards.Count > SafetensorsLimits.MaxShardCount)
            {
                throw new InvalidInputException($"{path}: more than {SafetensorsLimits.MaxShardCount} shards");
            }
        }

        return shardOfTensor;
    }

    private static void CheckShard(string indexPath, string shard)
    {
        // Both separators and the drive's colon are refused on every system: an index is carried between them.
        bool isPlain = shard.AsSpan().IndexOfAny("/\\:") < 0 && !shard.Any(char.IsControl)
            && shard.Length > Extension.Length && shard[0] != '.'
            && shard.EndsWith(Extension, StringComparison.Ordinal);
        if (!isPlain)
        {
            throw new InvalidInputException(
                $"{indexPath}: shard {Quotation.Of(shard)} must be the plain name of a {Extension} file in the " +
                "same folder");
        }

        string path = Path.Combine(Path.GetDirectoryName(indexPath)!, shard);
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new InvalidInputException(
                $"{indexPath}: shard {Quotation.Of(shard)} is a symbolic link, expected a regular file; copy the " +
                "model with its links resolved (cp -rL)");
        }
    }
}
