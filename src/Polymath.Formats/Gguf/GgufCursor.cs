using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Polymath.Compute;

namespace Polymath.Formats.Gguf;

/// <summary>Walks through a header in memory; not a byte is read before it is known to be there.</summary>
internal unsafe ref struct GgufCursor(byte* address, long byteCount, string path)
{
    /// <summary>Where the next byte is, from the start of the file.</summary>
    public long Position { get; private set; }

    /// <summary>How many bytes are left.</summary>
    public readonly long Remaining => byteCount - Position;

    /// <summary>Passes over bytes and gives them.</summary>
    /// <param name="count">How many, at most what a span can hold.</param>
    /// <param name="what">What they are, for a message.</param>
    public ReadOnlySpan<byte> Take(int count, string what)
    {
        Require(count, what);
        var bytes = new ReadOnlySpan<byte>(address + Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Passes over bytes.</summary>
    public void Skip(long count, string what)
    {
        Require(count, what);
        Position += count;
    }

    /// <summary>A number of 32 bits.</summary>
    public uint TakeUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    /// <summary>A number of 64 bits.</summary>
    public ulong TakeUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    /// <summary>A count of what follows, each of which takes a known number of bytes at least.</summary>
    public int TakeCount(int maximum, int leastBytesEach, string what)
    {
        ulong count = TakeUInt64(what);
        if (count > (ulong)maximum)
        {
            throw new InvalidInputException($"{path}: {what} is {count}, at most {maximum} are accepted");
        }

        Require((long)count * leastBytesEach, what);
        return (int)count;
    }

    /// <summary>Passes over a text with its length before it, and gives its bytes, which are UTF-8.</summary>
    public ReadOnlySpan<byte> TakeText(int maxBytes, string what)
    {
        ulong length = TakeUInt64(what);
        if (length > (ulong)maxBytes)
        {
            throw new InvalidInputException($"{path}: {what} has {length} bytes, at most {maxBytes} are accepted");
        }

        ReadOnlySpan<byte> text = Take((int)length, what);
        return Utf8.IsValid(text) ? text : throw new InvalidInputException($"{path}: {what} is not valid UTF-8");
    }

    /// <summary>A text with its length before it.</summary>
    public string TakeString(int maxBytes, string what) => Encoding.UTF8.GetString(TakeText(maxBytes, what));

    private readonly void Require(long count, string what)
    {
        if (count <= Remaining)
        {
            return;
        }

        throw new InvalidInputException(byteCount == GgufLimits.MaxHeaderBytes
            ? $"{path}: the header exceeds {GgufLimits.MaxHeaderBytes} bytes, which is the limit"
            : $"{path}: the file is cut short: {what} needs {count} bytes at byte {Position} of {byteCount}");
    }
}
