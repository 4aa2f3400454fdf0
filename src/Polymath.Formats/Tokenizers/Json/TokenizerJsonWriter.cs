using System.Text.Encodings.Web;
using System.Text.Json;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>Writes the whole of a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonWriter
{
    // The file is read by people too: letters stand as they are, and it is the same on every machine.
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a tokenizer.</summary>
    public static void Write(Tokenizer tokenizer, Stream stream)
    {
        using Utf8JsonWriter writer = new(stream, Options);
        writer.WriteStartObject();
        writer.WriteString("version", "1.0");
        writer.WriteNull("truncation");
        writer.WriteNull("padding");
        AddedTokenJson.Write(writer, tokenizer.AddedTokens);
        WriteNormalizer(writer, tokenizer.Normalization);
        switch (tokenizer)
        {
            case BytePairTokenizer bytePairs:
                WriteBytePairs(writer, bytePairs);
                break;
            case CharacterTokenizer characters:
                WriteCharacters(writer, characters);
                break;
            default:
                WriteBytes(writer);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteNormalizer(Utf8JsonWriter writer, Normalization normalization)
    {
        writer.WritePropertyName("normalizer");
        if (normalization == Normalization.None)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "NFC");
        writer.WriteEndObject();
    }

    private static void WriteBytePairs(Utf8JsonWriter writer, BytePairTokenizer tokenizer)
    {
        writer.WritePropertyName("pre_tokenizer");
        PreTokenizationJson.Write(writer, tokenizer.PreTokenization);
        writer.WritePropertyName("post_processor");
        PostProcessorJson.Write(writer, tokenizer);
        writer.WritePropertyName("decoder");
        PreTokenizationJson.WriteByteLevel(writer, useRegex: false);
        writer.WritePropertyName("model");
        BytePairJson.Write(writer, tokenizer);
    }

    private static void WriteBytes(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("pre_tokenizer");
        PreTokenizationJson.Write(writer, PreTokenization.None);
        writer.WriteNull("post_processor");
        writer.WritePropertyName("decoder");
        PreTokenizationJson.WriteByteLevel(writer, useRegex: false);
        writer.WritePropertyName("model");
        BytePairJson.WriteBytes(writer);
    }

    private static void WriteCharacters(Utf8JsonWriter writer, CharacterTokenizer tokenizer)
    {
        writer.WritePropertyName("pre_tokenizer");
        PreTokenizationJson.WriteSplit(writer, PiecePatterns.EachCharacter);
        writer.WriteNull("post_processor");
        writer.WriteStartObject("decoder");
        writer.WriteString("type", "Fuse");
        writer.WriteEndObject();
        writer.WritePropertyName("model");
        WordLevelJson.Write(writer, tokenizer);
    }
}
