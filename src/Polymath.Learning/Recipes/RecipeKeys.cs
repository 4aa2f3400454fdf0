using System.Text.Json.Serialization.Metadata;

namespace Polymath.Learning;

/// <summary>The keys of a recipe and the types of their values, as its JSON metadata states them.</summary>
/// <param name="root">The recipe's metadata.</param>
internal sealed class RecipeKeys(JsonTypeInfo root)
{
    /// <summary>The properties of a group: those that JSON carries.</summary>
    public static IEnumerable<JsonPropertyInfo> PropertiesOf(JsonTypeInfo group) =>
        group.Properties.Where(property => property.Get is not null);

    /// <summary>The property of that name, or null.</summary>
    public static JsonPropertyInfo? Find(JsonTypeInfo group, string name) =>
        PropertiesOf(group).FirstOrDefault(property => property.Name == name);

    /// <summary>The metadata of a property's own keys where it is a group of them, else null.</summary>
    public static JsonTypeInfo? GroupOf(JsonTypeInfo owner, JsonPropertyInfo property)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type.IsPrimitive || type.IsEnum || type == typeof(string))
        {
            return null;
        }

        JsonTypeInfo info = owner.Options.GetTypeInfo(type);
        return info.Kind == JsonTypeInfoKind.Object ? info : null;
    }

    /// <summary>The type of a list's elements where the property is a list, else null.</summary>
    public static Type? ElementOf(JsonTypeInfo owner, JsonPropertyInfo property)
    {
        Type type = property.PropertyType;
        if (type.IsPrimitive || type.IsEnum || type == typeof(string))
        {
            return null;
        }

        // What may be null has an element type as well.
        JsonTypeInfo info = owner.Options.GetTypeInfo(type);
        return info.Kind == JsonTypeInfoKind.Enumerable ? info.ElementType : null;
    }

    /// <summary>The closest known key, as the rest of a sentence; empty where none is close.</summary>
    /// <param name="key">What was written, groups joined by dots.</param>
    public string Suggest(string key)
    {
        string last = key[(key.LastIndexOf('.') + 1)..];
        string? best = null;
        int bestDistance = int.MaxValue;
        foreach (string candidate in AllKeys(root, ""))
        {
            // A right name in the wrong group is as close as a slip of one letter.
            string candidateLast = candidate[(candidate.LastIndexOf('.') + 1)..];
            int distance = Math.Min(
                EditDistance.Between(key, candidate), 1 + EditDistance.Between(last, candidateLast));
            (best, bestDistance) = distance < bestDistance ? (candidate, distance) : (best, bestDistance);
        }

        // Two slips in a word of three letters make another word.
        int largest = last.Length < 4 ? 1 : Math.Max(2, last.Length / 3);
        return best is not null && bestDistance <= largest ? $"; did you mean '{best}'?" : "";
    }

    private static IEnumerable<string> AllKeys(JsonTypeInfo group, string prefix)
    {
        foreach (JsonPropertyInfo property in PropertiesOf(group))
        {
            string key = prefix + property.Name;
            yield return key;
            if (GroupOf(group, property) is JsonTypeInfo inner)
            {
                foreach (string innerKey in AllKeys(inner, key + "."))
                {
                    yield return innerKey;
                }
            }
        }
    }
}
