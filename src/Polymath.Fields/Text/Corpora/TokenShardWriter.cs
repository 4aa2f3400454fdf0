using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Polymath.Fields.Text.Corpora;

/// <summary>
/// Writes token ids as they come into shards of a bounded size; a corpus may be larger than memory. The shards can be
/// opened after <see cref="Complete"/> only.
/// </summary>
public sealed class TokenShardWriter : IDisposable
{
    /// <summary>How many tokens a shard holds unless told otherwise: 256 MB of two-byte ids.</summary>
    public const long DefaultTokensPerShard = 1L << 27;

    private const int BufferTokens = 1 << 15;

    private readonly string _folder;
    private readonly string _name;
    private readonly int _vocabularySize;
    private readonly string _fingerprint;
    private readonly long _tokensPerShard;
    private readonly byte[] _buffer;
    private readonly int _width;
    private readonly XxHash3 _checksum = new();
    private readonly List<long> _starts = [];
    private FileStream _stream;
    private int _shardIndex;
    private long _tokenCount;
    private long _textBytes;
    private bool _documentPending = true;

    /// <summary>Starts the first shard.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="name">How the shards' names begin, for example <c>training</c>.</param>
    /// <param name="vocabularySize">Ids lie in [0, vocabularySize).</param>
    /// <param name="tokenizerFingerprint">SHA-256 in hexadecimal of the tokenizer.</param>
    /// <param name="tokensPerShard">The most tokens that one shard takes.</param>
    public TokenShardWriter(
        string folder,
        string name,
        int vocabularySize,
        string tokenizerFingerprint,
        long tokensPerShard = DefaultTokensPerShard)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokensPerShard);
        ArgumentNullException.ThrowIfNull(tokenizerFingerprint);
        if (tokenizerFingerprint.Length != 2 * TokenShardHeader.FingerprintBytes)
        {
            throw new ArgumentException("Expected SHA-256 in hexadecimal.", nameof(tokenizerFingerprint));
        }

        (_folder, _name, _vocabularySize) = (folder, name, vocabularySize);
        (_fingerprint, _tokensPerShard) = (tokenizerFingerprint, tokensPerShard);
        _width = TokenShardHeader.WidthFor(vocabularySize);
        _buffer = new byte[BufferTokens * _width];
        _stream = Create();
    }

    /// <summary>Tokens written so far, over all shards.</summary>
    public long TokenCount { get; private set; }

    /// <summary>How a shard's file is called.</summary>
    internal static string FileName(string name, int shardIndex) => $"{name}-{shardIndex:D5}.tokens";

    /// <summary>Says that the next token begins a document; a document without tokens leaves no trace.</summary>
    public void BeginDocument() => _documentPending = true;

    /// <summary>Appends tokens to the current document.</summary>
    /// <param name="tokens">The ids.</param>
    /// <param name="textBytes">The bytes of text which these ids encode.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id lies outside of the vocabulary.</exception>
    public void Write(ReadOnlySpan<int> tokens, long textBytes)
    {
        _textBytes += textBytes;
        while (!tokens.IsEmpty)
        {
            if (_tokenCount == _tokensPerShard)
            {
                Finish(isLast: false);
                _stream = Create();
            }

            if (_documentPending)
            {
                _starts.Add(_tokenCount);
                _documentPending = false;
            }

            int count = (int)Math.Min(tokens.Length, Math.Min(BufferTokens, _tokensPerShard - _tokenCount));
            Append(Pack(tokens[..count]));
            _tokenCount += count;
            TokenCount += count;
            tokens = tokens[count..];
        }
    }

    /// <summary>Writes what is left and closes the last shard.</summary>
    public void Complete() => Finish(isLast: true);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private FileStream Create()
    {
        var stream = new FileStream(
            Path.Combine(_folder, FileName(_name, _shardIndex)), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        stream.Write(new byte[TokenShardHeader.Bytes]);
        return stream;
    }

    private ReadOnlySpan<byte> Pack(ReadOnlySpan<int> tokens)
    {
        Span<byte> packed = _buffer.AsSpan(0, tokens.Length * _width);
        for (int i = 0; i < tokens.Length; i++)
        {
            int token = tokens[i];
            if ((uint)token >= (uint)_vocabularySize)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(tokens), token, $"Expected ids of a vocabulary of {_vocabularySize}.");
            }

            if (_width == 2)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(packed[(2 * i)..], (ushort)token);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(packed[(4 * i)..], token);
            }
        }

        return packed;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _checksum.Append(bytes);
    }

    private void Finish(bool isLast)
    {
        Append(new byte[(int)(-_stream.Position & 7)]);
        Append(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_starts)));
        var header = new TokenShardHeader
        {
            TokenWidth = _width,
            VocabularySize = _vocabularySize,
            ShardIndex = _shardIndex++,
            IsLast = isLast,
            TokenCount = _tokenCount,
            DocumentCount = _starts.Count,
            TextBytes = _textBytes,
            Checksum = _checksum.GetCurrentHashAsUInt64(),
            TokenizerFingerprint = _fingerprint,
        };
        _stream.Position = 0;
        _stream.Write(header.ToBytes());
        _stream.Dispose();
        _checksum.Reset();
        _starts.Clear();
        (_tokenCount, _textBytes) = (0, 0);
    }
}
