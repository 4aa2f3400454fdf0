using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Polymath.Fields.Text.Sources;

/// <summary>Checks strictly that a stream of bytes is UTF-8, block after block.</summary>
/// <remarks>Refused as RFC 3629 demands: overlong forms, surrogates, values above U+10FFFF, cut sequences.</remarks>
internal struct Utf8Check
{
    private const int LongestCharacter = 4;

    private long _offset;
    private int _pendingCount;
    private PendingBytes _pending;

    /// <summary>Looks at the next block.</summary>
    /// <returns>The offset from the stream's beginning of the first byte that is wrong, or -1.</returns>
    public long Append(ReadOnlySpan<byte> block)
    {
        while (_pendingCount > 0 && !block.IsEmpty)
        {
            _pending[_pendingCount++] = block[0];
            block = block[1..];
            OperationStatus status = Rune.DecodeFromUtf8(_pending[.._pendingCount], out _, out _);
            if (status == OperationStatus.InvalidData)
            {
                return _offset;
            }

            if (status == OperationStatus.Done)
            {
                _offset += _pendingCount;
                _pendingCount = 0;
            }
        }

        int whole = WholeCharacters(block);
        if (!Utf8.IsValid(block[..whole]))
        {
            return _offset + FirstWrong(block);
        }

        block[whole..].CopyTo(_pending[_pendingCount..]);
        _pendingCount += block.Length - whole;
        _offset += whole;
        return -1;
    }

    /// <summary>Says that the stream ended.</summary>
    /// <returns>The offset of the character that the end cut off, or -1.</returns>
    public readonly long Finish() => _pendingCount > 0 ? _offset : -1;

    // Leaves out a sequence at the end that may go on in the next block.
    private static int WholeCharacters(ReadOnlySpan<byte> block)
    {
        for (int back = 1; back < LongestCharacter && back <= block.Length; back++)
        {
            if ((block[^back] & 0xC0) != 0x80)
            {
                bool isCut = Rune.DecodeFromUtf8(block[^back..], out _, out _) == OperationStatus.NeedMoreData;
                return isCut ? block.Length - back : block.Length;
            }
        }

        return block.Length;
    }

    private static int FirstWrong(ReadOnlySpan<byte> block)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(block[position..], out _, out int length) == OperationStatus.Done)
        {
            position += length;
        }

        return position;
    }

    [System.Runtime.CompilerServices.InlineArray(LongestCharacter)]
    private struct PendingBytes
    {
        private byte _first;
    }
}
