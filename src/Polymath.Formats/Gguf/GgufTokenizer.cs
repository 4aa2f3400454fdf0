using Polymath.Compute;
using Polymath.Formats.Json;
using Polymath.Formats.Tokenizers;
using Polymath.Formats.Tokenizers.BytePairs;

namespace Polymath.Formats.Gguf;

/// <summary>
/// Tokenizers of byte pairs as the metadata of GGUF files, in the way that llama.cpp reads them; see
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#tokenizer for the keys.
/// </summary>
/// <remarks>The files say nothing of normalisation, and llama.cpp does none: a tokenizer that is read does neither.</remarks>
public static class GgufTokenizer
{
    /// <summary>The key of the token that ends a text.</summary>
    public const string EndOfTextKey = "tokenizer.ggml.eos_token_id";

    private const string ModelKey = "tokenizer.ggml.model", PreTokenizationKey = "tokenizer.ggml.pre";
    private const string TokensKey = "tokenizer.ggml.tokens", KindsKey = "tokenizer.ggml.token_type";
    private const string MergesKey = "tokenizer.ggml.merges", BeginOfTextKey = "tokenizer.ggml.bos_token_id";
    private const string AddsBeginOfTextKey = "tokenizer.ggml.add_bos_token";
    private const string AddsEndOfTextKey = "tokenizer.ggml.add_eos_token";

    // The kinds of tokens, of which llama.cpp numbers one for unknown text and one for bytes too.
    private const int Normal = 1, Control = 3, UserDefined = 4, Unused = 5, LastKind = 6;

    // The first name of a kind is the one that is written.
    private static readonly (string Name, PreTokenization Kind)[] PreTokenizations =
    [
        ("gpt-2", PreTokenization.Gpt2), ("llama-bpe", PreTokenization.Llama3), ("llama3", PreTokenization.Llama3),
        ("llama-v3", PreTokenization.Llama3), ("qwen2", PreTokenization.Qwen),
    ];

    /// <summary>Reads the tokenizer of a file.</summary>
    /// <exception cref="InvalidInputException">It is of another kind, or damaged; the message names file and key.</exception>
    public static BytePairTokenizer Read(GgufFile file)
    {
        GgufValue model = file[ModelKey];
        if (model.AsString() is not "gpt2" and string other)
        {
            throw model.Fault(
                $"is {Quotation.Of(other)}, expected \"gpt2\" (byte pairs); other tokenizers are not supported");
        }

        PreTokenization preTokenization = ReadPreTokenization(file[PreTokenizationKey]);
        string[] names = file[TokensKey].AsStrings();
        int[] kinds = ReadKinds(file, names.Length);
        var parts = new BytePairModel
        {
            Tokens = ReadTokens(file[TokensKey], names, kinds),
            Merges = ReadMerges(file[MergesKey], names, kinds),
            AddedTokens = [.. ReadAddedTokens(names, kinds)],
            PreTokenization = preTokenization,
            IgnoreMerges = preTokenization == PreTokenization.Llama3,
            TextPrefix = ReadPrefix(file, preTokenization, names.Length),
        };
        try
        {
            return new BytePairTokenizer(parts);
        }
        catch (InvalidInputException fault)
        {
            throw new InvalidInputException($"{file.Path}: {fault.Message}", fault);
        }
    }

    /// <summary>Adds a tokenizer to the metadata of a file.</summary>
    /// <param name="metadata">Where.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabularySize">The model's tokens: those that the tokenizer lacks are marked as unused.</param>
    /// <exception cref="InvalidInputException">llama.cpp has no such tokenizer.</exception>
    public static void Write(GgufMetadata metadata, Tokenizer tokenizer, int vocabularySize)
    {
        BytePairTokenizer pairs = Require(tokenizer, out int endOfText);
        var names = new string[vocabularySize];
        var kinds = new int[vocabularySize];
        Dictionary<int, AddedToken> added = tokenizer.AddedTokens.ToDictionary(token => token.Id);
        for (int id = 0; id < vocabularySize; id++)
        {
            bool isUsed = id < tokenizer.VocabularySize && !tokenizer.TokenBytes(id).IsEmpty;
            names[id] = isUsed ? pairs.Spell(id) : $"[UNUSED{id}]";
            kinds[id] = !isUsed ? Unused
                : !added.TryGetValue(id, out AddedToken? token) ? Normal
                : token.IsSpecial ? Control : UserDefined;
        }

        metadata.Add(ModelKey, "gpt2");
        metadata.Add(PreTokenizationKey, PreTokenizations.First(pair => pair.Kind == pairs.PreTokenization).Name);
        metadata.Add(TokensKey, names);
        metadata.Add(KindsKey, kinds);
        metadata.Add(MergesKey, [.. Enumerable.Range(0, pairs.MergeCount).Select(SpellMerge)]);
        metadata.Add(BeginOfTextKey, (uint)(pairs.TextPrefix.Count > 0 ? pairs.TextPrefix[0] : endOfText));
        metadata.Add(EndOfTextKey, (uint)endOfText);
        metadata.Add(AddsBeginOfTextKey, pairs.TextPrefix.Count > 0);
        metadata.Add(AddsEndOfTextKey, false);

        string SpellMerge(int rank)
        {
            (int left, int right) = pairs.Merge(rank);
            return $"{pairs.Spell(left)} {pairs.Spell(right)}";
        }
    }

    private static BytePairTokenizer Require(Tokenizer tokenizer, out int endOfText)
    {
        if (tokenizer is not BytePairTokenizer pairs)
        {
            throw new InvalidInputException($"a tokenizer of {tokenizer.Kind} has no form in GGUF; expected byte pairs");
        }

        if (PreTokenizations.All(pair => pair.Kind != pairs.PreTokenization)
            || pairs.IgnoreMerges != (pairs.PreTokenization == PreTokenization.Llama3))
        {
            throw new InvalidInputException(
                $"llama.cpp has no tokenizer that cuts text as {pairs.PreTokenization} does and "
                + $"{(pairs.IgnoreMerges ? "takes whole tokens before it merges" : "merges always")}");
        }

        // Without one, llama.cpp takes the token 11 for it.
        endOfText = tokenizer.EndOfText
            ?? throw new InvalidInputException("the tokenizer has no token that ends a text, which GGUF files need");
        return pairs;
    }

    private static PreTokenization ReadPreTokenization(GgufValue value)
    {
        string name = value.AsString();
        foreach ((string known, PreTokenization kind) in PreTokenizations)
        {
            if (known == name)
            {
                return kind;
            }
        }

        throw value.Fault(
            $"is {Quotation.Of(name)}, which is not supported; expected one of "
            + string.Join(", ", PreTokenizations.Select(pair => pair.Name)));
    }

    private static int[] ReadKinds(GgufFile file, int count)
    {
        GgufValue value = file[KindsKey];
        int[] kinds = value.AsInt32s(0, LastKind);
        return kinds.Length == count
            ? kinds
            : throw value.Fault($"has {kinds.Length} items, expected one for each of the {count} tokens");
    }

    private static ReadOnlyMemory<byte>[] ReadTokens(GgufValue value, string[] names, int[] kinds)
    {
        var tokens = new ReadOnlyMemory<byte>[names.Length];
        for (int id = 0; id < names.Length; id++)
        {
            if (kinds[id] is Control or UserDefined or Unused)
            {
                continue;
            }

            tokens[id] = names[id].Length > 0 && ByteAlphabet.TryRead(names[id], out byte[] bytes)
                ? bytes
                : throw value.Fault($"has the token {Quotation.Of(names[id])}, which does not spell bytes");
        }

        return tokens;
    }

    private static IEnumerable<AddedToken> ReadAddedTokens(string[] names, int[] kinds) => Enumerable
        .Range(0, names.Length)
        .Where(id => kinds[id] is Control or UserDefined)
        .Select(id => new AddedToken(id, names[id], IsSpecial: kinds[id] == Control));

    private static (int Left, int Right)[] ReadMerges(GgufValue value, string[] names, int[] kinds)
    {
        var ids = new Dictionary<string, int>(names.Length, StringComparer.Ordinal);
        for (int id = 0; id < names.Length; id++)
        {
            if (kinds[id] != Unused)
            {
                ids.TryAdd(names[id], id);
            }
        }

        return [.. value.AsStrings().Select(ReadMerge)];

        (int Left, int Right) ReadMerge(string merge)
        {
            string[] parts = merge.Split(' ');
            return parts.Length == 2 && ids.TryGetValue(parts[0], out int left) && ids.TryGetValue(parts[1], out int right)
                ? (left, right)
                : throw value.Fault($"has {Quotation.Of(merge)}, expected two tokens of the vocabulary");
        }
    }

    private static int[] ReadPrefix(GgufFile file, PreTokenization preTokenization, int count)
    {
        bool isAdded = file.Find(AddsBeginOfTextKey)?.AsBoolean() ?? preTokenization == PreTokenization.Llama3;
        return isAdded ? [file[BeginOfTextKey].AsInt32(0, count - 1)] : [];
    }
}
