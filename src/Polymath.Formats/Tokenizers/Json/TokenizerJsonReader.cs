using Polymath.Formats.Json;

namespace Polymath.Formats.Tokenizers.Json;

/// <summary>Reads the whole of a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJsonReader
{
    /// <summary>Reads a tokenizer.</summary>
    /// <param name="root">The file.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="Compute.InvalidInputException">A part of it is wrong or not supported.</exception>
    public static Tokenizer Read(StrictJsonValue root, string source)
    {
        JsonKeys.RequireOnly(
            root, "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model");
        RequireNull(root, "truncation");
        RequireNull(root, "padding");
        IReadOnlyList<AddedToken> addedTokens = AddedTokenJson.Read(JsonKeys.Optional(root, "added_tokens"));
        Normalization normalization = ReadNormalization(JsonKeys.Optional(root, "normalizer"));
        StrictJsonValue model = root["model"];

        // Older files leave the type of a BPE model to be seen from its merges.
        string type = model.TryGet("type", out StrictJsonValue name) ? name.AsString()
            : model.TryGet("merges", out _) ? "BPE" : "";
        return type switch
        {
            "BPE" => ReadBytePairs(root, normalization, addedTokens, source),
            "WordLevel" => ReadCharacters(root, normalization, addedTokens, source),
            _ => throw model.Fault(
                $"has the type {Quotation.Of(type)}, which is not supported; expected byte-level BPE, "
                + "or WordLevel over characters"),
        };
    }

    private static void RequireNull(StrictJsonValue root, string key)
    {
        if (JsonKeys.Optional(root, key) is StrictJsonValue value)
        {
            throw value.Fault("must be null; encoding never cuts or fills up");
        }
    }

    private static Normalization ReadNormalization(StrictJsonValue? normalizer)
    {
        if (normalizer is not StrictJsonValue value)
        {
            return Normalization.None;
        }

        JsonKeys.RequireOnly(value, "type");
        return JsonKeys.TypeOf(value) == "NFC"
            ? Normalization.Nfc
            : throw value["type"].Fault("is not supported; expected NFC, or no normalizer");
    }

    private static Tokenizer ReadBytePairs(
        StrictJsonValue root, Normalization normalization, IReadOnlyList<AddedToken> addedTokens, string source)
    {
        PreTokenization preTokenization = PreTokenizationJson.Read(root["pre_tokenizer"]);
        RequireDecoder(root, "ByteLevel");
        BytePairModel model = BytePairJson.Read(root["model"], addedTokens);
        if (normalization == Normalization.None && BytePairJson.IsBytes(model, preTokenization))
        {
            return TokenizerFile.Build(source, () => new ByteTokenizer(addedTokens));
        }

        (IReadOnlyList<int> prefix, IReadOnlyList<int> suffix) =
            PostProcessorJson.Read(JsonKeys.Optional(root, "post_processor"));
        return TokenizerFile.Build(source, () => new BytePairTokenizer(model with
        {
            PreTokenization = preTokenization,
            Normalization = normalization,
            TextPrefix = prefix,
            TextSuffix = suffix,
        }));
    }

    private static CharacterTokenizer ReadCharacters(
        StrictJsonValue root, Normalization normalization, IReadOnlyList<AddedToken> addedTokens, string source)
    {
        if (normalization != Normalization.None)
        {
            throw root["normalizer"].Fault("is not supported with WordLevel; expected null");
        }

        RequireDecoder(root, "Fuse");
        return TokenizerFile.Build(source, () => new CharacterTokenizer(WordLevelJson.Read(root), addedTokens));
    }

    /// <summary>Decoding joins the bytes of tokens, so the file must not ask for more.</summary>
    private static void RequireDecoder(StrictJsonValue root, string expected)
    {
        if (JsonKeys.Optional(root, "decoder") is StrictJsonValue decoder && JsonKeys.TypeOf(decoder) != expected)
        {
            throw decoder["type"].Fault($"is not supported with this model; expected {expected}");
        }
    }
}
