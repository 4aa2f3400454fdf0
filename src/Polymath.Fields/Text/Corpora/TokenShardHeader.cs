using System.Buffers.Binary;
using System.IO.Hashing;

namespace Polymath.Fields.Text.Corpora;

/// <summary>
/// The first 128 bytes of a token shard. A shard is: this header; <see cref="TokenCount"/> ids of
/// <see cref="TokenWidth"/> bytes; zeros up to a multiple of 8; <see cref="DocumentCount"/> positions of 8 bytes at
/// which documents begin, counted in tokens from the shard's beginning, ascending. All numbers are little-endian.
/// </summary>
/// <remarks>
/// Layout, in bytes: 0 magic (8), 8 version (4), 12 token width (4), 16 vocabulary size (4), 20 shard index (4),
/// 24 flags (4; bit 0: the last shard), 28 zero (4), 32 token count (8), 40 document count (8), 48 bytes of text that
/// the tokens encode (8), 56 XXH3-64 of all behind the header (8), 64 the tokenizer's fingerprint (32), 96 zeros (24),
/// 120 XXH3-64 of the 120 bytes before.
/// </remarks>
internal readonly record struct TokenShardHeader
{
    public const int Bytes = 128;
    public const int FingerprintBytes = 32;
    private const uint Version = 1;
    private const uint LastFlag = 1;
    private const int HashedBytes = 120;

    public required int TokenWidth { get; init; }

    public required int VocabularySize { get; init; }

    public required int ShardIndex { get; init; }

    public required bool IsLast { get; init; }

    public required long TokenCount { get; init; }

    public required long DocumentCount { get; init; }

    public required long TextBytes { get; init; }

    public required ulong Checksum { get; init; }

    /// <summary>64 hexadecimal digits.</summary>
    public required string TokenizerFingerprint { get; init; }

    /// <summary>Where the document starts begin.</summary>
    public long StartsOffset => Bytes + ((TokenCount * TokenWidth) + 7) / 8 * 8;

    /// <summary>The length of a whole shard.</summary>
    public long FileBytes => StartsOffset + DocumentCount * sizeof(long);

    private static ReadOnlySpan<byte> Magic => "PMTOKENS"u8;

    /// <summary>The bytes that an id takes: 2 while the vocabulary fits, else 4.</summary>
    public static int WidthFor(int vocabularySize) => vocabularySize <= ushort.MaxValue + 1 ? 2 : 4;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), TokenWidth);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), VocabularySize);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), ShardIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), IsLast ? LastFlag : 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), TokenCount);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), DocumentCount);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(48), TextBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(56), Checksum);
        Convert.FromHexString(TokenizerFingerprint).CopyTo(bytes.AsSpan(64));
        BinaryPrimitives.WriteUInt64LittleEndian(
            bytes.AsSpan(HashedBytes), XxHash3.HashToUInt64(bytes.AsSpan(0, HashedBytes)));
        return bytes;
    }

    /// <summary>Reads a header strictly.</summary>
    /// <param name="bytes">The first bytes of the file.</param>
    /// <param name="fileBytes">The file's length, which must be just what the header promises.</param>
    /// <exception cref="InvalidDataException">Something is wrong; says what.</exception>
    public static TokenShardHeader Parse(ReadOnlySpan<byte> bytes, long fileBytes)
    {
        Require(bytes.Length >= Bytes, "shorter than its header");
        Require(bytes.StartsWith(Magic), "not a token shard");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        Require(version == Version, $"of version {version}, expected {Version}");
        ulong hash = BinaryPrimitives.ReadUInt64LittleEndian(bytes[HashedBytes..]);
        Require(hash == XxHash3.HashToUInt64(bytes[..HashedBytes]), "damaged in its header");
        var header = new TokenShardHeader
        {
            TokenWidth = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            VocabularySize = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            ShardIndex = BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            IsLast = bytes[24] == LastFlag,
            TokenCount = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            DocumentCount = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            TextBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            Checksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
            TokenizerFingerprint = Convert.ToHexStringLower(bytes.Slice(64, FingerprintBytes)),
        };
        Require(BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]) <= LastFlag, "marked with an unknown flag");
        Require(header.VocabularySize > 0, "without a vocabulary");
        Require(header.TokenWidth == WidthFor(header.VocabularySize), "of a token width unlike its vocabulary's");
        Require(header.TextBytes >= 0 && header.ShardIndex >= 0, "with a negative count in its header");

        // Each count is bounded by the file before they are multiplied, so nothing can overflow.
        Require(header.TokenCount >= 0 && header.TokenCount <= fileBytes, "cut short or with a false token count");
        Require(header.DocumentCount >= 0 && header.DocumentCount <= header.TokenCount, "with a false document count");
        Require(header.FileBytes == fileBytes, $"{fileBytes} bytes long, expected {header.FileBytes}");
        return header;
    }

    private static void Require(bool condition, string fault)
    {
        if (!condition)
        {
            throw new InvalidDataException(fault);
        }
    }
}
