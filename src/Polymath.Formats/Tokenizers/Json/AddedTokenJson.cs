using System.Text.Json;
using Polymath.Formats.Json;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>The list <c>added_tokens</c>.</summary>
internal static class AddedTokenJson
{
    /// <summary>Reads the list.</summary>
    public static IReadOnlyList<AddedToken> Read(StrictJsonValue? list) =>
        list is StrictJsonValue value ? [.. value.Items().Select(ReadOne)] : [];

    /// <summary>Writes the list.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<AddedToken> tokens)
    {
        writer.WriteStartArray("added_tokens");
        foreach (AddedToken token in tokens)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", token.Id);
            writer.WriteString("content", token.Content);
            writer.WriteBoolean("single_word", false);
            writer.WriteBoolean("lstrip", false);
            writer.WriteBoolean("rstrip", false);
            writer.WriteBoolean("normalized", token.IsNormalized);
            writer.WriteBoolean("special", token.IsSpecial);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static AddedToken ReadOne(StrictJsonValue value)
    {
        JsonKeys.RequireOnly(value, "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        JsonKeys.RequireUnset(value, "single_word");
        JsonKeys.RequireUnset(value, "lstrip");
        JsonKeys.RequireUnset(value, "rstrip");
        return new AddedToken(
            value["id"].AsInt32(0, Vocabulary.MaxSize - 1),
            value["content"].AsString(),
            JsonKeys.Flag(value, "special"),
            JsonKeys.Flag(value, "normalized"));
    }
}
