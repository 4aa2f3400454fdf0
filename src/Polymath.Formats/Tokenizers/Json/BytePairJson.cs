using System.Text.Json;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers.BytePairs;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>The model BPE: a vocabulary spelt in the byte-level alphabet, and merges.</summary>
internal static class BytePairJson
{
    /// <summary>Reads the tokens, merges and flags of a model.</summary>
    /// <param name="model">The value of <c>model</c>.</param>
    /// <param name="addedTokens">Those that may stand in the vocabulary too, unspelt.</param>
    public static BytePairModel Read(StrictJsonValue model, IReadOnlyList<AddedToken> addedTokens)
    {
        JsonKeys.RequireOnly(
            model, "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges", "vocab", "merges");
        RequireEmpty(model, "continuing_subword_prefix");
        RequireEmpty(model, "end_of_word_suffix");
        JsonKeys.RequireUnset(model, "byte_fallback");
        if (JsonKeys.Optional(model, "dropout") is StrictJsonValue dropout && dropout.AsDouble() != 0)
        {
            throw dropout.Fault("must be null or 0; random merges are not supported");
        }

        Dictionary<string, int> ids = ReadIds(model["vocab"]);
        return new BytePairModel
        {
            Tokens = ReadTokens(model["vocab"], ids, addedTokens),
            Merges = [.. model["merges"].Items().Select(merge => ReadMerge(merge, ids))],
            IgnoreMerges = JsonKeys.Flag(model, "ignore_merges"),
            AddedTokens = addedTokens,
        };
    }

    /// <summary>Writes the value of <c>model</c>.</summary>
    public static void Write(Utf8JsonWriter writer, BytePairTokenizer tokenizer)
    {
        WriteStart(writer, tokenizer.IgnoreMerges);

        // Other readers number an added token after all tokens known so far, so where ids are unused each keeps its own
        // only if the vocabulary has it too.
        int count = tokenizer.HasUnusedIds ? tokenizer.VocabularySize : tokenizer.OrdinaryCount;
        for (int id = 0; id < count; id++)
        {
            if (!tokenizer.TokenBytes(id).IsEmpty)
            {
                writer.WriteNumber(tokenizer.Spell(id), id);
            }
        }

        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        for (int rank = 0; rank < tokenizer.MergeCount; rank++)
        {
            (int left, int right) = tokenizer.Merge(rank);
            writer.WriteStartArray();
            writer.WriteStringValue(tokenizer.Spell(left));
            writer.WriteStringValue(tokenizer.Spell(right));
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes the model without merges that a byte tokenizer is.</summary>
    public static void WriteBytes(Utf8JsonWriter writer)
    {
        WriteStart(writer, ignoreMerges: false);
        for (int value = 0; value < ByteTokenizer.ByteCount; value++)
        {
            writer.WriteNumber(ByteAlphabet.Spell([(byte)value]), value);
        }

        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Whether a model is what <see cref="WriteBytes"/> writes.</summary>
    public static bool IsBytes(BytePairModel model, PreTokenization preTokenization) =>
        model.Merges.Count == 0
        && preTokenization == PreTokenization.None
        && model.Tokens.Count == ByteTokenizer.ByteCount
        && model.Tokens.Select((token, id) => token.Length == 1 && token.Span[0] == id).All(matches => matches);

    private static void WriteStart(Utf8JsonWriter writer, bool ignoreMerges)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteNull("unk_token");
        writer.WriteNull("continuing_subword_prefix");
        writer.WriteNull("end_of_word_suffix");
        writer.WriteBoolean("fuse_unk", false);
        writer.WriteBoolean("byte_fallback", false);
        writer.WriteBoolean("ignore_merges", ignoreMerges);
        writer.WriteStartObject("vocab");
    }

    private static void RequireEmpty(StrictJsonValue model, string key)
    {
        if (JsonKeys.Optional(model, key) is StrictJsonValue value && value.AsString().Length > 0)
        {
            throw value.Fault("must be null or empty; only byte-level BPE is supported");
        }
    }

    private static Dictionary<string, int> ReadIds(StrictJsonValue vocabulary)
    {
        Dictionary<string, int> ids = [];
        foreach ((string token, StrictJsonValue id) in vocabulary.Properties())
        {
            ids.Add(token, id.AsInt32(0, Vocabulary.MaxSize - 1));
        }

        return ids;
    }

    private static ReadOnlyMemory<byte>[] ReadTokens(
        StrictJsonValue vocabulary, Dictionary<string, int> ids, IReadOnlyList<AddedToken> addedTokens)
    {
        HashSet<(string, int)> added = [.. addedTokens.Select(token => (token.Content, token.Id))];
        ReadOnlyMemory<byte>[] tokens = new ReadOnlyMemory<byte>[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        HashSet<int> taken = [];
        foreach ((string token, int id) in ids)
        {
            if (!taken.Add(id))
            {
                throw vocabulary.Fault($"gives the id {id} to two tokens, one of them {Quotation.Of(token)}");
            }

            if (added.Contains((token, id)))
            {
                continue;
            }

            tokens[id] = token.Length > 0 && ByteAlphabet.TryRead(token, out byte[] bytes)
                ? bytes
                : throw vocabulary.Fault(
                    $"has the token {Quotation.Of(token)}, which does not spell bytes; "
                    + "only byte-level BPE is supported");
        }

        return tokens;
    }

    private static (int Left, int Right) ReadMerge(StrictJsonValue merge, Dictionary<string, int> ids)
    {
        string[] parts = merge.Kind == JsonValueKind.Array
            ? [.. merge.Items().Select(part => part.AsString())]
            : merge.AsString().Split(' ');
        if (parts.Length != 2)
        {
            throw merge.Fault($"has {parts.Length} parts; expected the two tokens that merge");
        }

        return (IdOf(parts[0]), IdOf(parts[1]));

        int IdOf(string token) => ids.TryGetValue(token, out int id)
            ? id
            : throw merge.Fault($"joins the token {Quotation.Of(token)}, which the vocabulary lacks");
    }
}
