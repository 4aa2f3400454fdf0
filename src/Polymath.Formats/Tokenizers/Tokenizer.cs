using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Polymath.Compute;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Turns text into token ids and back. Text is UTF-8; a tokenizer of bytes or byte pairs takes and returns any bytes
/// whatever. Instances are immutable and may be used from many threads at once.
/// </summary>
public abstract class Tokenizer
{
    // The names under which published tokenizers mark the end of a document, the most common first.
    private static readonly string[] EndOfTextNames = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"];

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly Vocabulary _vocabulary;
    private readonly AddedTokenMatcher? _ordinaryMatcher;
    private readonly AddedTokenMatcher? _fullMatcher;
    private readonly Lazy<string> _fingerprint;

    private protected Tokenizer(Vocabulary vocabulary, Normalization normalization)
    {
        _vocabulary = vocabulary;
        Normalization = normalization;
        AddedToken[] found = [.. vocabulary.AddedTokens.Where(token => !IsFoundAfterNormalization(token))];
        _fullMatcher = AddedTokenMatcher.Create(found);
        _ordinaryMatcher = AddedTokenMatcher.Create(found.Where(token => !token.IsSpecial));
        SpecialTokens = vocabulary.AddedTokens.Where(token => token.IsSpecial)
            .ToDictionary(token => token.Content, token => token.Id);
        EndOfText = EndOfTextNames.Where(SpecialTokens.ContainsKey).Select(name => (int?)SpecialTokens[name])
            .FirstOrDefault();
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>What the ordinary tokens are.</summary>
    public abstract TokenizerKind Kind { get; }

    /// <summary>What is done to text first.</summary>
    public Normalization Normalization { get; }

    /// <summary>How many ids there are, added tokens and unused ids included: the width of a model's logits.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>The tokens beside the ordinary ones, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens => _vocabulary.AddedTokens;

    /// <summary>Ids of the special tokens by name.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>The special token that separates documents, if there is one with a customary name.</summary>
    public int? EndOfText { get; }

    /// <summary>
    /// SHA-256, in hexadecimal, of all that decides ids: equal fingerprints encode and decode alike. It survives saving
    /// and loading, and is the same on every machine.
    /// </summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Says in one line what the fingerprint must tell apart beside the tokens and merges.</summary>
    private protected abstract string Pipeline { get; }

    /// <summary>Ordinary tokens and added ones.</summary>
    private protected Vocabulary Vocabulary => _vocabulary;

    /// <summary>Appends the ids of a text.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <param name="allowSpecial">Whether the names of special tokens in the text become those tokens.</param>
    /// <exception cref="InvalidInputException">The text holds what this tokenizer has no token for.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, IBufferWriter<int> ids, bool allowSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(ids);
        AddedTokenMatcher? matcher = allowSpecial ? _fullMatcher : _ordinaryMatcher;
        int start = 0;
        while (matcher is not null && matcher.TryFind(utf8, start, out int position, out int length, out int id))
        {
            EncodeText(utf8[start..position], start, ids, allowSpecial);
            ids.Write([id]);
            start = position + length;
        }

        EncodeText(utf8[start..], start, ids, allowSpecial);
    }

    /// <summary>The ids of a text.</summary>
    /// <exception cref="InvalidInputException">
    /// The text holds what this tokenizer has no token for, or half of a surrogate pair.
    /// </exception>
    public int[] Encode(string text, bool allowSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            int length = StrictUtf8.GetBytes(text, utf8);
            ArrayBufferWriter<int> ids = new();
            Encode(utf8.AsSpan(0, length), ids, allowSpecial);
            return ids.WrittenSpan.ToArray();
        }
        catch (EncoderFallbackException fault)
        {
            throw new InvalidInputException($"text: half of a surrogate pair at character {fault.Index}", fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    /// <summary>The bytes that a token stands for; none for an id that is not in use.</summary>
    /// <exception cref="InvalidInputException">The id is outside the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(int id) => (uint)id < (uint)VocabularySize
        ? _vocabulary[id]
        : throw new InvalidInputException($"token id {id} is outside the vocabulary of {VocabularySize}");

    /// <summary>Whether an id is a special token's.</summary>
    public bool IsSpecial(int id) => _vocabulary.IsSpecial(id);

    /// <summary>Appends the bytes of a sequence of tokens.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="utf8">Where the bytes go; they may end within a character.</param>
    /// <param name="skipSpecial">Whether special tokens leave no trace.</param>
    /// <exception cref="InvalidInputException">An id is outside the vocabulary.</exception>
    public void Decode(ReadOnlySpan<int> ids, IBufferWriter<byte> utf8, bool skipSpecial = false)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> bytes = TokenBytes(id);
            if (!skipSpecial || !IsSpecial(id))
            {
                utf8.Write(bytes);
            }
        }
    }

    /// <summary>The bytes of a sequence of tokens.</summary>
    /// <exception cref="InvalidInputException">An id is outside the vocabulary.</exception>
    public byte[] DecodeToBytes(ReadOnlySpan<int> ids, bool skipSpecial = false)
    {
        ArrayBufferWriter<byte> utf8 = new();
        Decode(ids, utf8, skipSpecial);
        return utf8.WrittenSpan.ToArray();
    }

    /// <summary>The text of a sequence of tokens, with U+FFFD for what is not UTF-8.</summary>
    /// <exception cref="InvalidInputException">An id is outside the vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = false) =>
        Encoding.UTF8.GetString(DecodeToBytes(ids, skipSpecial));

    /// <summary>Encodes text between added tokens.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="offset">Where it stands in the text that the caller gave, for messages.</param>
    /// <param name="ids">Where the ids go.</param>
    /// <param name="allowSpecial">Whether special tokens may be found after normalisation.</param>
    private protected abstract void EncodeText(
        ReadOnlySpan<byte> utf8, int offset, IBufferWriter<int> ids, bool allowSpecial);

    /// <summary>Whether an added token is looked for in the normalised text: only where that differs.</summary>
    private protected bool IsFoundAfterNormalization(AddedToken token) =>
        token.IsNormalized && Normalization != Normalization.None;

    /// <summary>Adds what a derived tokenizer knows beside its tokens.</summary>
    private protected virtual void AddToFingerprint(IncrementalHash hash)
    {
    }

    private string ComputeFingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{Kind}\n{Pipeline}\n{Normalization}\n{VocabularySize}\n"));
        for (int id = 0; id < VocabularySize; id++)
        {
            hash.AppendData(BitConverter.GetBytes(_vocabulary[id].Length));
            hash.AppendData(_vocabulary[id]);
        }

        foreach (AddedToken token in AddedTokens)
        {
            string flags = $"{token.Id} {token.IsSpecial} {IsFoundAfterNormalization(token)}\n";
            hash.AppendData(Encoding.UTF8.GetBytes(flags));
        }

        AddToFingerprint(hash);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
