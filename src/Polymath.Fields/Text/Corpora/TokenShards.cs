namespace Polymath.Fields.Text.Corpora;

/// <summary>
/// A tokenised text on disk: one sequence of token ids over all shards of a name, mapped into memory, with the places
/// at which documents begin. Reading is safe from several threads at once.
/// </summary>
public sealed class TokenShards : IDisposable
{
    private readonly TokenShard[] _shards;
    private readonly long[] _tokenBases;
    private readonly long[] _documentBases;

    private TokenShards(List<TokenShard> shards)
    {
        _shards = [.. shards];
        _tokenBases = new long[_shards.Length + 1];
        _documentBases = new long[_shards.Length + 1];
        for (int i = 0; i < _shards.Length; i++)
        {
            _tokenBases[i + 1] = checked(_tokenBases[i] + _shards[i].Header.TokenCount);
            _documentBases[i + 1] = _documentBases[i] + _shards[i].Header.DocumentCount;
            TextBytes = checked(TextBytes + _shards[i].Header.TextBytes);
        }
    }

    /// <summary>The tokens of all shards.</summary>
    public long TokenCount => _tokenBases[^1];

    /// <summary>The documents of all shards.</summary>
    public long DocumentCount => _documentBases[^1];

    /// <summary>The bytes of UTF-8 that the tokens encode: the divisor of bits per byte.</summary>
    public long TextBytes { get; }

    /// <summary>Ids lie in [0, VocabularySize).</summary>
    public int VocabularySize => _shards[0].Header.VocabularySize;

    /// <summary>SHA-256 in hexadecimal of the tokenizer that made the ids.</summary>
    public string TokenizerFingerprint => _shards[0].Header.TokenizerFingerprint;

    /// <summary>Opens and checks all shards of a name.</summary>
    /// <param name="folder">The folder that holds them.</param>
    /// <param name="name">How their names begin.</param>
    /// <param name="verify">Whether to read all of them once for their checksums; else headers only.</param>
    /// <exception cref="InvalidDataException">A shard is missing, damaged or of another text; names it.</exception>
    public static TokenShards Open(string folder, string name, bool verify = true)
    {
        var shards = new List<TokenShard>();
        try
        {
            do
            {
                shards.Add(OpenOne(folder, name, shards, verify));
            }
            while (!shards[^1].Header.IsLast);
            return new TokenShards(shards);
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    /// <summary>Copies a run of ids, across shards where need be.</summary>
    /// <param name="offset">The first token.</param>
    /// <param name="destination">Receives as many ids as it is long.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run reaches outside of the text.</exception>
    public void Read(long offset, Span<int> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, TokenCount - destination.Length);
        for (int shard = IndexOf(_tokenBases, offset); !destination.IsEmpty; shard++)
        {
            int count = (int)Math.Min(destination.Length, _tokenBases[shard + 1] - offset);
            _shards[shard].Read(offset - _tokenBases[shard], destination[..count]);
            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>The first token of a document.</summary>
    /// <param name="document">In [0, <see cref="DocumentCount"/>).</param>
    public long DocumentStart(long document)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(document);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(document, DocumentCount);
        int shard = IndexOf(_documentBases, document);
        return _tokenBases[shard] + _shards[shard].DocumentStart(document - _documentBases[shard]);
    }

    /// <summary>The document that a token belongs to.</summary>
    /// <param name="offset">In [0, <see cref="TokenCount"/>).</param>
    public long DocumentAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, TokenCount);
        long low = 0;
        for (long high = DocumentCount - 1; low < high;)
        {
            long middle = low + (high - low + 1) / 2;
            (low, high) = DocumentStart(middle) <= offset ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TokenShard shard in _shards)
        {
            shard.Dispose();
        }
    }

    private static TokenShard OpenOne(string folder, string name, List<TokenShard> before, bool verify)
    {
        string path = Path.Combine(folder, TokenShardWriter.FileName(name, before.Count));
        TokenShard? shard = null;
        try
        {
            shard = TokenShard.Open(path, verify);
            if (Mismatch(shard, before) is { } fault)
            {
                throw new InvalidDataException(fault);
            }

            return shard;
        }
        catch (InvalidDataException fault)
        {
            shard?.Dispose();
            throw new InvalidDataException($"{path}: the token shard is {fault.Message}.", fault);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{path}: the token shard is missing.", fault);
        }
    }

    private static string? Mismatch(TokenShard shard, List<TokenShard> before)
    {
        TokenShardHeader header = shard.Header;
        if (header.ShardIndex != before.Count)
        {
            return $"number {header.ShardIndex} of its text, expected {before.Count}";
        }

        if (before.Count > 0 && (header.TokenizerFingerprint, header.VocabularySize) !=
            (before[0].Header.TokenizerFingerprint, before[0].Header.VocabularySize))
        {
            return "of another tokenizer than the first";
        }

        bool startsText = before.Count == 0 && header.TokenCount > 0;
        return startsText && (header.DocumentCount == 0 || shard.DocumentStart(0) != 0)
            ? "without a document at its beginning"
            : null;
    }

    // The last base at or below the value; with empty shards several bases are equal and the last one counts.
    private static int IndexOf(long[] bases, long value)
    {
        int low = 0;
        for (int high = bases.Length - 2; low < high;)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = bases[middle] <= value ? (middle, high) : (low, middle - 1);
        }

        return low;
    }
}
