using System.Text.Json;
using Polymath.Formats.Json;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>Which tokens a <c>post_processor</c> puts around a text. ByteLevel there adjusts offsets only.</summary>
internal static class PostProcessorJson
{
    private const string Supported = "null, ByteLevel, TemplateProcessing, or a Sequence of these";

    /// <summary>Reads the tokens before and after a text.</summary>
    public static (IReadOnlyList<int> Prefix, IReadOnlyList<int> Suffix) Read(StrictJsonValue? processor)
    {
        List<int> prefix = [];
        List<int> suffix = [];
        if (processor is StrictJsonValue value)
        {
            Read(value, prefix, suffix);
        }

        return (prefix, suffix);
    }

    /// <summary>Writes the value of <c>post_processor</c>.</summary>
    public static void Write(Utf8JsonWriter writer, BytePairTokenizer tokenizer)
    {
        if (tokenizer.TextPrefix.Count + tokenizer.TextSuffix.Count == 0)
        {
            PreTokenizationJson.WriteByteLevel(writer, useRegex: false);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("processors");
        PreTokenizationJson.WriteByteLevel(writer, useRegex: false);
        WriteTemplate(writer, tokenizer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Read(StrictJsonValue processor, List<int> prefix, List<int> suffix)
    {
        switch (JsonKeys.TypeOf(processor))
        {
            case "ByteLevel":
                JsonKeys.RequireOnly(processor, "type", "add_prefix_space", "trim_offsets", "use_regex");
                break;
            case "TemplateProcessing":
                JsonKeys.RequireOnly(processor, "type", "single", "pair", "special_tokens");
                ReadTemplate(processor, prefix, suffix);
                break;
            case "Sequence":
                JsonKeys.RequireOnly(processor, "type", "processors");
                foreach (StrictJsonValue step in processor["processors"].Items())
                {
                    Read(step, prefix, suffix);
                }

                break;
            default:
                throw processor["type"].Fault($"is not supported; expected {Supported}");
        }
    }

    private static void ReadTemplate(StrictJsonValue template, List<int> prefix, List<int> suffix)
    {
        bool isBefore = true;
        List<int> before = [];
        foreach (StrictJsonValue step in template["single"].Items())
        {
            JsonKeys.RequireOnly(step, "SpecialToken", "Sequence");
            if (step.TryGet("SpecialToken", out StrictJsonValue special))
            {
                StrictJsonValue token = template["special_tokens"][special["id"].AsString()];
                (isBefore ? before : suffix).AddRange(token["ids"].Items().Select(id => id.AsInt32()));
            }
            else if (isBefore)
            {
                isBefore = false;
            }
            else
            {
                throw step.Fault("repeats the text; expected it once");
            }
        }

        // A later processor wraps what an earlier one made.
        prefix.InsertRange(0, before);
    }

    private static void WriteTemplate(Utf8JsonWriter writer, BytePairTokenizer tokenizer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "TemplateProcessing");
        writer.WriteStartArray("single");
        WriteText(writer, tokenizer, "A", typeId: 0);
        writer.WriteEndArray();
        writer.WriteStartArray("pair");
        WriteText(writer, tokenizer, "A", typeId: 0);
        WriteText(writer, tokenizer, "B", typeId: 1);
        writer.WriteEndArray();
        writer.WriteStartObject("special_tokens");
        foreach (int id in tokenizer.TextPrefix.Concat(tokenizer.TextSuffix).Distinct())
        {
            string name = tokenizer.Spell(id);
            writer.WriteStartObject(name);
            writer.WriteString("id", name);
            writer.WriteStartArray("ids");
            writer.WriteNumberValue(id);
            writer.WriteEndArray();
            writer.WriteStartArray("tokens");
            writer.WriteStringValue(name);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, BytePairTokenizer tokenizer, string name, int typeId)
    {
        foreach (int id in tokenizer.TextPrefix)
        {
            WriteStep(writer, "SpecialToken", tokenizer.Spell(id), typeId);
        }

        WriteStep(writer, "Sequence", name, typeId);
        foreach (int id in tokenizer.TextSuffix)
        {
            WriteStep(writer, "SpecialToken", tokenizer.Spell(id), typeId);
        }
    }

    private static void WriteStep(Utf8JsonWriter writer, string kind, string id, int typeId)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(kind);
        writer.WriteString("id", id);
        writer.WriteNumber("type_id", typeId);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
