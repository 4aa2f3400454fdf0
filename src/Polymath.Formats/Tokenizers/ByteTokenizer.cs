using System.Buffers;

namespace Polymath.Formats.Tokenizers;

/// <summary>One token a byte: the ids 0 to 255 are the bytes themselves. Lossless on any bytes.</summary>
public sealed class ByteTokenizer : Tokenizer
{
    /// <summary>How many bytes there are.</summary>
    internal const int ByteCount = 256;

    /// <summary>Makes one with a single special token, <c>&lt;|endoftext|&gt;</c>, with the id 256.</summary>
    public ByteTokenizer()
        : this([new AddedToken(ByteCount, "<|endoftext|>")])
    {
    }

    /// <summary>Makes one with the added tokens given.</summary>
    /// <exception cref="Compute.InvalidInputException">An added token contradicts another token.</exception>
    public ByteTokenizer(IEnumerable<AddedToken> addedTokens)
        : base(new Vocabulary(SingleBytes(), addedTokens).RequireDense(), Normalization.None)
    {
    }

    /// <inheritdoc/>
    public override TokenizerKind Kind => TokenizerKind.Bytes;

    private protected override string Pipeline => "";

    private protected override void EncodeText(
        ReadOnlySpan<byte> utf8, int offset, IBufferWriter<int> ids, bool allowSpecial)
    {
        const int BatchSize = 4096;
        while (!utf8.IsEmpty)
        {
            ReadOnlySpan<byte> batch = utf8[..Math.Min(BatchSize, utf8.Length)];
            Span<int> destination = ids.GetSpan(batch.Length);
            for (int i = 0; i < batch.Length; i++)
            {
                destination[i] = batch[i];
            }

            ids.Advance(batch.Length);
            utf8 = utf8[batch.Length..];
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> SingleBytes() =>
        Enumerable.Range(0, ByteCount).Select(value => new ReadOnlyMemory<byte>([(byte)value]));
}
