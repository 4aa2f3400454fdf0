using System.Text.Json;
using System.Text.Json.Serialization;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Fields.Images;

/// <summary>The names of a run's classes, kept in its folder: a list in JSON.</summary>
internal static class ClassNames
{
    private const string FileName = "labels.json";
    private const int MaxBytes = 16 << 20;

    /// <summary>Whether a folder holds them.</summary>
    public static bool Exist(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Keeps them.</summary>
    public static void Save(string folder, IReadOnlyList<string> labels) => AtomicFile.WriteAllText(
        Path.Combine(folder, FileName), JsonSerializer.Serialize([.. labels], ClassNamesJson.Default.StringArray) + "\n");

    /// <summary>Reads them.</summary>
    /// <exception cref="InvalidInputException">They are missing or damaged.</exception>
    public static IReadOnlyList<string> Load(string folder)
    {
        string path = Path.Combine(folder, FileName);
        byte[] bytes = InputFile.ReadAllBytes(path, MaxBytes);
        try
        {
            return JsonSerializer.Deserialize(bytes, ClassNamesJson.Default.StringArray) is { Length: >= 1 } labels
                && !labels.Contains(null!)
                ? labels
                : throw new InvalidInputException($"{path}: holds no list of classes");
        }
        catch (JsonException fault)
        {
            throw new InvalidInputException($"{path}: is damaged; expected the list of the run's classes", fault);
        }
    }
}

/// <summary>Reads and writes labels without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ClassNamesJson : JsonSerializerContext;
