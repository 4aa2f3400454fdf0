using System.IO.Hashing;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace Polymath.Fields.Text.Corpora;

/// <summary>One shard, mapped into memory for reading.</summary>
internal sealed unsafe class TokenShard : IDisposable
{
    // Spans count in int, so a long mapping is walked in stretches.
    private const int StretchBytes = 1 << 26;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _bytes;

    private TokenShard(MemoryMappedFile file, MemoryMappedViewAccessor view, byte* bytes, TokenShardHeader header)
    {
        (_file, _view, Header) = (file, view, header);
        _bytes = bytes;
    }

    public TokenShardHeader Header { get; }

    /// <summary>Opens and checks a shard.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verify">Whether to read all of it: checksum, ids within the vocabulary, ascending starts.</param>
    /// <exception cref="InvalidDataException">The shard is damaged; says how.</exception>
    public static TokenShard Open(string path, bool verify)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Token shards are mapped as little-endian numbers.");
        }

        TokenShardHeader header;
        MemoryMappedFile file;
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0))
        {
            byte[] head = new byte[TokenShardHeader.Bytes];
            int count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            header = TokenShardHeader.Parse(head.AsSpan(0, count), stream.Length);
            file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        }

        TokenShard? shard = null;
        try
        {
            MemoryMappedViewAccessor view = file.CreateViewAccessor(0, header.FileBytes, MemoryMappedFileAccess.Read);
            byte* bytes = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
            shard = new TokenShard(file, view, bytes, header);
            if (verify)
            {
                shard.Verify();
            }

            return shard;
        }
        catch
        {
            shard?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies ids; the caller has checked the bounds.</summary>
    public void Read(long offset, Span<int> destination)
    {
        byte* from = _bytes + TokenShardHeader.Bytes + (offset * Header.TokenWidth);
        if (Header.TokenWidth == sizeof(int))
        {
            new ReadOnlySpan<int>(from, destination.Length).CopyTo(destination);
            return;
        }

        var source = new ReadOnlySpan<ushort>(from, destination.Length);
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] = source[i];
        }
    }

    /// <summary>Where a document begins, in tokens from the shard's beginning.</summary>
    public long DocumentStart(long index) => ((long*)(_bytes + Header.StartsOffset))[index];

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private void Verify()
    {
        var checksum = new XxHash3();
        for (long at = TokenShardHeader.Bytes; at < Header.FileBytes; at += StretchBytes)
        {
            checksum.Append(new ReadOnlySpan<byte>(_bytes + at, (int)Math.Min(StretchBytes, Header.FileBytes - at)));
        }

        if (checksum.GetCurrentHashAsUInt64() != Header.Checksum)
        {
            throw new InvalidDataException("damaged: its checksum does not match");
        }

        for (long at = 0; at < Header.TokenCount; at += StretchBytes / sizeof(int))
        {
            VerifyIds(at, (int)Math.Min(StretchBytes / sizeof(int), Header.TokenCount - at));
        }

        long previous = -1;
        for (long i = 0; i < Header.DocumentCount; i++)
        {
            long start = DocumentStart(i);
            if (start <= previous || start >= Header.TokenCount)
            {
                throw new InvalidDataException("with document starts out of order");
            }

            previous = start;
        }
    }

    private void VerifyIds(long offset, int count)
    {
        byte* from = _bytes + TokenShardHeader.Bytes + (offset * Header.TokenWidth);
        bool isWithin = Header.TokenWidth == sizeof(int)
            ? !new ReadOnlySpan<uint>(from, count).ContainsAnyInRange((uint)Header.VocabularySize, uint.MaxValue)
            : Header.VocabularySize > ushort.MaxValue || !MemoryMarshal.Cast<byte, ushort>(
                new ReadOnlySpan<byte>(from, count * sizeof(ushort)))
                .ContainsAnyInRange((ushort)Header.VocabularySize, ushort.MaxValue);
        if (!isWithin)
        {
            throw new InvalidDataException($"with an id outside of its vocabulary of {Header.VocabularySize}");
        }
    }
}
