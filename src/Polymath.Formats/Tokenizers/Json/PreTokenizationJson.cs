using System.Text.Json;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>
/// The pre-tokenizer of a byte-level model: GPT-2's expression is built into the type ByteLevel, any other stands in a
/// Split before it.
/// </summary>
internal static class PreTokenizationJson
{
    private const string Supported =
        "ByteLevel, or a Sequence of a Split by the expression of GPT-2, Llama 3 or Qwen and a ByteLevel";

    /// <summary>Reads the value of <c>pre_tokenizer</c>.</summary>
    public static PreTokenization Read(StrictJsonValue value)
    {
        switch (JsonKeys.TypeOf(value))
        {
            case "ByteLevel":
                return ReadByteLevel(value) ? PreTokenization.Gpt2 : PreTokenization.None;
            case "Sequence":
                JsonKeys.RequireOnly(value, "type", "pretokenizers");
                StrictJsonValue[] steps = [.. value["pretokenizers"].Items()];
                bool isKnown = steps.Length == 2 && JsonKeys.TypeOf(steps[0]) == "Split"
                    && JsonKeys.TypeOf(steps[1]) == "ByteLevel" && !ReadByteLevel(steps[1]);
                return isKnown ? FromPattern(steps[0]) : throw value.Fault($"is not supported; expected {Supported}");
            default:
                throw value["type"].Fault($"is not supported; expected {Supported}");
        }
    }

    /// <summary>Reads the expression of a Split that keeps every match as a piece.</summary>
    public static string ReadSplit(StrictJsonValue split)
    {
        JsonKeys.RequireOnly(split, "type", "pattern", "behavior", "invert");
        JsonKeys.RequireOnly(split["pattern"], "Regex", "String");

        // The expressions match every character, so these two ways to keep the matches are the same.
        bool keepsMatches = (split["behavior"].AsString(), JsonKeys.Flag(split, "invert"))
            is ("Isolated", false) or ("Removed", true);
        return keepsMatches
            ? split["pattern"]["Regex"].AsString()
            : throw split["behavior"].Fault("is not supported; expected Isolated, or Removed and inverted");
    }

    /// <summary>Writes the value of <c>pre_tokenizer</c>.</summary>
    public static void Write(Utf8JsonWriter writer, PreTokenization preTokenization)
    {
        string? pattern = preTokenization switch
        {
            PreTokenization.Llama3 => PiecePatterns.Llama3,
            PreTokenization.Qwen => PiecePatterns.Qwen,
            _ => null,
        };
        if (pattern is null)
        {
            WriteByteLevel(writer, useRegex: preTokenization == PreTokenization.Gpt2);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("pretokenizers");
        WriteSplit(writer, pattern);
        WriteByteLevel(writer, useRegex: false);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes a Split that keeps every match as a piece.</summary>
    public static void WriteSplit(Utf8JsonWriter writer, string pattern)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Split");
        writer.WriteStartObject("pattern");
        writer.WriteString("Regex", pattern);
        writer.WriteEndObject();
        writer.WriteString("behavior", "Isolated");
        writer.WriteBoolean("invert", false);
        writer.WriteEndObject();
    }

    /// <summary>Writes the type that spells bytes as characters, here and as decoder.</summary>
    public static void WriteByteLevel(Utf8JsonWriter writer, bool useRegex)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "ByteLevel");
        writer.WriteBoolean("add_prefix_space", false);
        writer.WriteBoolean("trim_offsets", true);
        writer.WriteBoolean("use_regex", useRegex);
        writer.WriteEndObject();
    }

    /// <summary>Whether it cuts by GPT-2's expression.</summary>
    private static bool ReadByteLevel(StrictJsonValue value)
    {
        JsonKeys.RequireOnly(value, "type", "add_prefix_space", "trim_offsets", "use_regex");
        JsonKeys.RequireUnset(value, "add_prefix_space");
        return JsonKeys.Flag(value, "use_regex", otherwise: true);
    }

    private static PreTokenization FromPattern(StrictJsonValue split) => ReadSplit(split) switch
    {
        PiecePatterns.Gpt2 => PreTokenization.Gpt2,
        PiecePatterns.Llama3 => PreTokenization.Llama3,
        PiecePatterns.Qwen => PreTokenization.Qwen,
        _ => throw split["pattern"].Fault("is not supported; expected the expression of GPT-2, Llama 3 or Qwen"),
    };
}
