using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using Polymath.Fields.Text.Corpora;

namespace Polymath.Fields.Tests.Text.Corpora;

public sealed class TokenShardsTests
{
    private static readonly string Fingerprint = new('a', 64);

    // On both sides of what two bytes can hold.
    private static readonly int[] VocabularySizes = [2, 300, 65_536, 65_537, 1 << 20];

    private static readonly Gen<int> Vocabulary =
        Gen.Int[0, VocabularySizes.Length - 1].Select(i => VocabularySizes[i]);

    [Fact]
    public void WhatIsWrittenIsReadBackAcrossShards() =>
        Gen.Select(Vocabulary, Gen.Int[1, 40], Gen.Int[0, 30].Array[0, 12], Gen.UInt)
        .Sample((vocabulary, perShard, lengths, seed) =>
        {
            using var folder = new TemporaryFolder();
            int[][] documents = [.. lengths.Select((length, i) => Tokens(vocabulary, length, seed + (uint)(i * 1000)))];
            using TokenShards shards = Write(folder.Path, vocabulary, perShard, documents);
            int[] all = [.. documents.SelectMany(document => document)];
            Assert.Equal(all.Length, shards.TokenCount);
            Assert.Equal(3L * documents.Length, shards.TextBytes);
            Assert.Equal((vocabulary, Fingerprint), (shards.VocabularySize, shards.TokenizerFingerprint));

            int[] read = new int[all.Length];
            shards.Read(0, read);
            Assert.Equal(all, read);
            int offset = (int)(seed % (all.Length + 1));
            shards.Read(offset, read.AsSpan(0, all.Length - offset));
            Assert.Equal(all[offset..], read[..(all.Length - offset)]);

            int[][] withTokens = [.. documents.Where(document => document.Length > 0)];
            Assert.Equal(withTokens.Length, shards.DocumentCount);
            long start = 0;
            for (int i = 0; i < withTokens.Length; i++)
            {
                Assert.Equal(start, shards.DocumentStart(i));
                Assert.Equal(i, shards.DocumentAt(start));
                Assert.Equal(i, shards.DocumentAt(start + withTokens[i].Length - 1));
                start += withTokens[i].Length;
            }
        }, iter: 150);

    [Fact]
    public void ReadingOutsideIsRefused()
    {
        using var folder = new TemporaryFolder();
        using TokenShards shards = Write(folder.Path, 300, 4, [1, 2, 3, 4, 5]);
        int[] two = new int[2];
        Assert.Throws<ArgumentOutOfRangeException>(() => shards.Read(4, two));
        Assert.Throws<ArgumentOutOfRangeException>(() => shards.Read(-1, two));
        Assert.Throws<ArgumentOutOfRangeException>(() => shards.Read(long.MaxValue, two));
        Assert.Throws<ArgumentOutOfRangeException>(() => shards.DocumentStart(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => shards.DocumentAt(5));
        shards.Read(5, []);
    }

    [Fact]
    public void IdsOutsideOfTheVocabularyAreNotWritten()
    {
        using var folder = new TemporaryFolder();
        using var writer = new TokenShardWriter(folder.Path, "t", 300, Fingerprint);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write([300], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write([-1], 1));
    }

    [Fact]
    public void AnyFlippedByteIsFound()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, 300, 100, Tokens(300, 50, 1), Tokens(300, 21, 2)).Dispose();
        string path = folder["t-00000.tokens"];
        byte[] sound = File.ReadAllBytes(path);
        for (int i = 0; i < sound.Length; i++)
        {
            byte[] damaged = (byte[])sound.Clone();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Assert.Contains(
                "t-00000.tokens",
                Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t")).Message,
                StringComparison.Ordinal);
        }

        for (int length = 0; length < sound.Length; length += 7)
        {
            File.WriteAllBytes(path, sound[..length]);
            Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t", verify: false));
        }

        File.WriteAllBytes(path, [.. sound, 0]);
        Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t", verify: false));
    }

    [Fact]
    public void MissingAndExchangedShardsAreNamed()
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, 300, 10, Tokens(300, 35, 1)).Dispose();
        File.Move(folder["t-00002.tokens"], folder["kept"]);
        Assert.Contains(
            "t-00002.tokens: the token shard is missing",
            Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t")).Message,
            StringComparison.Ordinal);
        File.Copy(folder["t-00001.tokens"], folder["t-00002.tokens"]);
        Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t"));
        Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder["none"], "t"));
    }

    [Fact]
    public void AnUnfinishedShardIsNoShard()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new TokenShardWriter(folder.Path, "t", 300, Fingerprint))
        {
            writer.Write([1, 2, 3], 3);
        }

        Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t"));
    }

    // Whoever forges a shard can make its checksums right; the claims must still hold.
    [Theory]
    [InlineData(12, 4)]
    [InlineData(16, 0)]
    [InlineData(16, -1)]
    [InlineData(16, 100)]
    [InlineData(20, 1)]
    [InlineData(20, -1)]
    [InlineData(24, 2)]
    [InlineData(32, int.MaxValue)]
    [InlineData(36, int.MinValue)]
    [InlineData(36, 0x40000000)]
    [InlineData(40, 6)]
    [InlineData(44, 0x20000000)]
    [InlineData(52, -1)]
    public void ForgedHeadersWithSoundChecksumsAreRefused(int offset, int value)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, 300, 100, [299, 2, 3, 4, 5]).Dispose();
        string path = folder["t-00000.tokens"];
        byte[] bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value);
        Forge(path, bytes);
        Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t"));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(0, 1)]
    public void ForgedDocumentStartsAreRefused(int index, long start)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, 300, 100, [1, 2], [3, 4, 5]).Dispose();
        string path = folder["t-00000.tokens"];
        byte[] bytes = File.ReadAllBytes(path);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(bytes.Length - 16 + (8 * index)), start);
        Forge(path, bytes);
        Assert.Throws<InvalidDataException>(() => TokenShards.Open(folder.Path, "t"));
    }

    private static void Forge(string path, byte[] bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(56), XxHash3.HashToUInt64(bytes.AsSpan(128)));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(120), XxHash3.HashToUInt64(bytes.AsSpan(0, 120)));
        File.WriteAllBytes(path, bytes);
    }

    private static int[] Tokens(int vocabulary, int count, uint seed) =>
        [.. Enumerable.Range(0, count).Select(i => (int)(((seed + (uint)i) * 2654435761u) % (uint)vocabulary))];

    private static TokenShards Write(string folder, int vocabulary, long perShard, params int[][] documents)
    {
        using (var writer = new TokenShardWriter(folder, "t", vocabulary, Fingerprint, perShard))
        {
            foreach (int[] document in documents)
            {
                writer.BeginDocument();
                writer.Write(document, 3);
            }

            writer.Complete();
        }

        return TokenShards.Open(folder, "t");
    }
}
