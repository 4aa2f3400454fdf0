using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Polymath.Learning;

/// <summary>
/// Changes a complete recipe key by key; a change that is wrong is left out and noted, so that all are found.
/// </summary>
/// <param name="recipe">The complete recipe, changed in place.</param>
/// <param name="type">Its metadata.</param>
internal sealed class RecipeChanges(JsonObject recipe, JsonTypeInfo type)
{
    private readonly RecipeKeys _keys = new(type);
    private readonly List<string> _errors = [];

    /// <summary>A sentence for every change that was left out.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Takes over the keys of a file.</summary>
    public void Merge(JsonObject source, string file) => Merge(recipe, type, source, "", file);

    /// <summary>Takes over one edit <c>key=value</c>.</summary>
    public void Edit(string edit)
    {
        int equals = edit.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            _errors.Add($"'{edit}' is no edit: expected key=value, such as network.width=256");
            return;
        }

        string key = edit[..equals].Trim(), text = edit[(equals + 1)..].Trim();
        (JsonObject group, JsonTypeInfo groupType) = (recipe, type);
        string[] names = key.Split('.');
        foreach (string name in names[..^1])
        {
            JsonPropertyInfo? outer = RecipeKeys.Find(groupType, name);
            if (outer is null || RecipeKeys.GroupOf(groupType, outer) is not JsonTypeInfo inner)
            {
                _errors.Add(Unknown(key));
                return;
            }

            group = Group(group, name);
            groupType = inner;
        }

        if (RecipeKeys.Find(groupType, names[^1]) is JsonPropertyInfo property)
        {
            Set(group, groupType, property, key, text);
        }
        else
        {
            _errors.Add(Unknown(key));
        }
    }

    private void Merge(JsonObject target, JsonTypeInfo targetType, JsonObject source, string prefix, string file)
    {
        foreach ((string name, JsonNode? node) in source)
        {
            string key = prefix + name;
            if (RecipeKeys.Find(targetType, name) is not JsonPropertyInfo property)
            {
                _errors.Add($"{file}: {Unknown(key)}");
            }
            else if (RecipeKeys.GroupOf(targetType, property) is JsonTypeInfo inner && node is JsonObject group)
            {
                Merge(Group(target, name), inner, group, key + ".", file);
            }
            else if (TryRead(targetType, property, node, out JsonNode? value))
            {
                target[name] = value;
            }
            else
            {
                string found = node?.ToJsonString() ?? "null";
                _errors.Add($"{file}: {key} is {found}, expected {Expected(targetType, property)}");
            }
        }
    }

    private void Set(JsonObject group, JsonTypeInfo groupType, JsonPropertyInfo property, string key, string text)
    {
        if (TryRead(groupType, property, text, out JsonNode? value))
        {
            group[property.Name] = value;
        }
        else
        {
            _errors.Add($"{key} is '{text}', expected {Expected(groupType, property)}");
        }
    }

    private static bool TryRead(JsonTypeInfo owner, JsonPropertyInfo property, string text, out JsonNode? value)
    {
        value = null;
        if (RecipeKeys.GroupOf(owner, property) is not null)
        {
            return false;
        }

        if (RecipeKeys.ElementOf(owner, property) is not Type element)
        {
            return RecipeValue.TryRead(property.PropertyType, text, out value);
        }

        JsonArray list = [];
        value = list;
        return text.Length == 0 || text.Split(',').All(part => TryAdd(list, element, part.Trim()));
    }

    private static bool TryRead(JsonTypeInfo owner, JsonPropertyInfo property, JsonNode? node, out JsonNode? value)
    {
        value = null;
        if (RecipeKeys.GroupOf(owner, property) is not null)
        {
            return false;
        }

        if (node is null && property.IsSetNullable && property.PropertyType == typeof(string))
        {
            return true;
        }

        if (RecipeKeys.ElementOf(owner, property) is not Type element)
        {
            return RecipeValue.TryRead(property.PropertyType, node, out value);
        }

        JsonArray list = [];
        value = list;
        return node is JsonArray items && items.All(item => TryAdd(list, element, item));
    }

    private static bool TryAdd(JsonArray list, Type element, string text)
    {
        bool fits = RecipeValue.TryRead(element, text, out JsonNode? value);
        list.Add(value);
        return fits;
    }

    private static bool TryAdd(JsonArray list, Type element, JsonNode? node)
    {
        bool fits = RecipeValue.TryRead(element, node, out JsonNode? value);
        list.Add(value);
        return fits;
    }

    private static string Expected(JsonTypeInfo owner, JsonPropertyInfo property)
    {
        if (RecipeKeys.GroupOf(owner, property) is JsonTypeInfo group)
        {
            IEnumerable<string> names = RecipeKeys.PropertiesOf(group).Select(inner => inner.Name);
            return "a group with the keys " + string.Join(", ", names);
        }

        return RecipeKeys.ElementOf(owner, property) is Type element
            ? $"a list, each of its items {RecipeValue.Describe(element)}"
            : RecipeValue.Describe(property.PropertyType);
    }

    private static JsonObject Group(JsonObject owner, string name)
    {
        if (owner[name] is not JsonObject group)
        {
            owner[name] = group = [];
        }

        return group;
    }

    private string Unknown(string key) => $"'{key}' is no key of the recipe{_keys.Suggest(key)}";
}
