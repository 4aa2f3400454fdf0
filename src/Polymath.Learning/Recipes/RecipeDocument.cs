using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Learning;

/// <summary>
/// Recipes as JSON: a field's default, changed by a file and by edits such as <c>network.width=256</c>.
/// </summary>
public static class RecipeDocument
{
    // No recipe comes near this; a file beyond it is not one.
    private const int LargestFileBytes = 16 << 20;

    private const string FieldKey = "field";

    /// <summary>The recipe of a field: its default, then the file's keys, then the edits.</summary>
    /// <param name="field">Whose recipe.</param>
    /// <param name="recipeFile">A JSON file with some or all keys, or null.</param>
    /// <param name="edits">Edits <c>key=value</c>, keys of groups joined by dots; lists are separated by
    /// commas.</param>
    /// <exception cref="InvalidInputException">Something is wrong: the message has a line for everything that
    /// is.</exception>
    public static Recipe Compose(IField field, string? recipeFile = null, IEnumerable<string>? edits = null)
    {
        JsonTypeInfo type = field.RecipeType;
        JsonObject recipe = JsonSerializer.SerializeToNode(field.DefaultRecipe, type)!.AsObject();
        var changes = new RecipeChanges(recipe, type);
        if (recipeFile is not null)
        {
            changes.Merge(ReadFile(recipeFile), recipeFile);
        }

        foreach (string edit in edits ?? [])
        {
            changes.Edit(edit);
        }

        List<string> errors = [.. changes.Errors];
        Recipe composed = (Recipe)recipe.Deserialize(type)!;
        if (composed.Field != field.Name)
        {
            errors.Add($"{FieldKey} is '{composed.Field}', and the recipe is for the field '{field.Name}'");
        }

        List<string> outOfRange = [];
        composed.Validate(outOfRange);
        errors.AddRange(outOfRange);
        return errors.Count == 0 ? composed : throw new InvalidInputException(string.Join('\n', errors));
    }

    /// <summary>The recipe as indented JSON, with every key.</summary>
    public static string Serialize(IField field, Recipe recipe) =>
        JsonSerializer.SerializeToNode(recipe, field.RecipeType)!.ToJsonString(Indented) + "\n";

    /// <summary>Which field a recipe file is for.</summary>
    /// <exception cref="InvalidInputException">The file cannot be read or does not say.</exception>
    public static string ReadField(string recipeFile) =>
        StrictJson.ReadFile(recipeFile, LargestFileBytes)[FieldKey].AsString();

    /// <summary>The recipe as a tree of its keys.</summary>
    internal static JsonObject ToTree(IField field, Recipe recipe) =>
        JsonSerializer.SerializeToNode(recipe, field.RecipeType)!.AsObject();

    private static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    private static JsonObject ReadFile(string path)
    {
        // Read strictly first, for its limits and messages; the tree that follows allows changes.
        StrictJson.ReadFile(path, LargestFileBytes);
        return JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject
            ?? throw new InvalidInputException($"{path}: a recipe is an object of keys and values");
    }
}
