using Polymath.Formats.Json;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>Holds an object to the keys and values that are understood.</summary>
internal static class JsonKeys
{
    /// <summary>Refuses a key that is not among those given: it could change what the tokenizer does.</summary>
    public static void RequireOnly(StrictJsonValue value, params ReadOnlySpan<string> keys)
    {
        foreach (KeyValuePair<string, StrictJsonValue> property in value.Properties())
        {
            if (!keys.Contains(property.Key))
            {
                throw property.Value.Fault($"is not understood; expected only {string.Join(", ", keys)}");
            }
        }
    }

    /// <summary>A key's value, or none where it is missing or null.</summary>
    public static StrictJsonValue? Optional(StrictJsonValue value, string key) =>
        value.TryGet(key, out StrictJsonValue found) && !found.IsNull ? found : null;

    /// <summary>A truth value that may be missing or null.</summary>
    public static bool Flag(StrictJsonValue value, string key, bool otherwise = false) =>
        Optional(value, key)?.AsBoolean() ?? otherwise;

    /// <summary>Refuses a flag that is set.</summary>
    public static void RequireUnset(StrictJsonValue value, string key)
    {
        if (Flag(value, key))
        {
            throw value[key].Fault("must be false; true is not supported");
        }
    }

    /// <summary>The name in the key <c>type</c>.</summary>
    public static string TypeOf(StrictJsonValue value) => value["type"].AsString();
}
