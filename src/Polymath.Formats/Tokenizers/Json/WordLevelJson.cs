using System.Text;
using System.Text.Json;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>
/// The model WordLevel, which stands for characters: each is split off as a word of its own, and the name of the
/// unknown word is not in the vocabulary, so that an unknown character is an error there as it is here.
/// </summary>
internal static class WordLevelJson
{
    /// <summary>Reads the characters by id.</summary>
    /// <param name="root">The whole file.</param>
    public static IReadOnlyList<Rune> Read(StrictJsonValue root)
    {
        StrictJsonValue split = root["pre_tokenizer"];
        bool isByCharacter = JsonKeys.TypeOf(split) == "Split"
            && PreTokenizationJson.ReadSplit(split) == PiecePatterns.EachCharacter;
        if (!isByCharacter)
        {
            throw split.Fault($"is not supported with WordLevel; expected a Split by {PiecePatterns.EachCharacter}");
        }

        StrictJsonValue model = root["model"];
        JsonKeys.RequireOnly(model, "type", "vocab", "unk_token");
        Dictionary<int, Rune> characters = [];
        foreach ((string word, StrictJsonValue value) in model["vocab"].Properties())
        {
            bool isCharacter = Rune.TryGetRuneAt(word.Length > 0 ? word : " ", 0, out Rune character)
                && character.Utf16SequenceLength == word.Length;
            if (!isCharacter)
            {
                throw value.Fault("is not a single character; only WordLevel models of characters are supported");
            }

            int id = value.AsInt32(0, Vocabulary.MaxSize - 1);
            if (!characters.TryAdd(id, character))
            {
                throw value.Fault($"repeats the id {id}");
            }
        }

        Rune[] byId = new Rune[characters.Count];
        for (int id = 0; id < byId.Length; id++)
        {
            byId[id] = characters.TryGetValue(id, out Rune character)
                ? character
                : throw model["vocab"].Fault($"has no character with the id {id}; expected 0 to {byId.Length - 1}");
        }

        return byId;
    }

    /// <summary>Writes the value of <c>model</c>.</summary>
    public static void Write(Utf8JsonWriter writer, CharacterTokenizer tokenizer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "WordLevel");
        writer.WriteStartObject("vocab");
        for (int id = 0; id < tokenizer.CharacterCount; id++)
        {
            writer.WriteNumber(Encoding.UTF8.GetString(tokenizer.TokenBytes(id)), id);
        }

        writer.WriteEndObject();
        writer.WriteString("unk_token", "<unk>");
        writer.WriteEndObject();
    }
}
