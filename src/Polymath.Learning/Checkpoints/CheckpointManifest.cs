using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>A file of a checkpoint, with what its content must be.</summary>
/// <param name="Name">Its name in the checkpoint's folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Hash">The XXH128 of its content, in hexadecimal.</param>
public sealed record CheckpointFile(string Name, long Bytes, string Hash);

/// <summary>Everything about a checkpoint but its tensors: <c>manifest.json</c>.</summary>
/// <param name="FormatVersion">The version of the layout.</param>
/// <param name="Field">The field that is learnt.</param>
/// <param name="RecipeFingerprint">The mark of the recipe.</param>
/// <param name="Budget">The budget that the total was fixed for.</param>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">All steps of the run; 0: not fixed yet.</param>
/// <param name="LearningSeconds">Time spent on steps.</param>
/// <param name="Rows">Rows seen.</param>
/// <param name="Operations">Operations done.</param>
/// <param name="ExaminedStep">The step that was examined last; null: none was.</param>
/// <param name="BestStep">The step with the best examination so far; null: none was examined.</param>
/// <param name="BestValue">The decisive metric's value there.</param>
/// <param name="Files">The other files of the checkpoint.</param>
public sealed record CheckpointManifest(
    int FormatVersion, string Field, string RecipeFingerprint, string Budget, long Step, long TotalSteps,
    double LearningSeconds, long Rows, double Operations, long? ExaminedStep, long? BestStep, double? BestValue,
    IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>The version that this program writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The file's name.</summary>
    public const string FileName = "manifest.json";

    // The first line of the file is the hash of all that follows it, so that a damaged manifest is noticed as well.
    private const string HashPrefix = "{\"hash\":\"", HashSuffix = "\",\"manifest\":\n";

    /// <summary>The file's content: JSON whose hash stands before it.</summary>
    internal byte[] Serialize()
    {
        string manifest = JsonSerializer.Serialize(this, LearningJson.Default.CheckpointManifest);
        return Encoding.UTF8.GetBytes(HashPrefix + HashOf(manifest) + HashSuffix + manifest + "}\n");
    }

    /// <summary>Reads a manifest, or gives null where it is damaged.</summary>
    /// <exception cref="InvalidInputException">The manifest is of another version.</exception>
    internal static CheckpointManifest? Read(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, FileName));
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement content = document.RootElement.GetProperty("manifest");
            if (document.RootElement.GetProperty("hash").GetString() != HashOf(content.GetRawText()))
            {
                return null;
            }

            int version = content.GetProperty("formatVersion").GetInt32();
            return version == CurrentVersion
                ? content.Deserialize(LearningJson.Default.CheckpointManifest)
                : throw new InvalidInputException(
                    $"{folder} is a checkpoint of version {version}, and this program reads version {CurrentVersion}");
        }
        catch (Exception fault) when (
            fault is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException
                or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string HashOf(string text) =>
        Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(text)));
}

/// <summary>Reads and writes this floor's own JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CheckpointManifest))]
internal sealed partial class LearningJson : JsonSerializerContext;
