namespace Polymath.Formats.Files;

/// <summary>
/// Passes on exactly as many bytes as the header has promised for a tensor: one more or less would shift every tensor
/// after it.
/// </summary>
internal sealed class ExactStream(Stream target, long byteCount, string name) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public void RequireComplete()
    {
        if (_written != byteCount)
        {
            throw new InvalidOperationException($"tensor {name}: {_written} of {byteCount} bytes were written");
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > byteCount - _written)
        {
            throw new InvalidOperationException($"tensor {name}: more than {byteCount} bytes were written");
        }

        target.Write(buffer);
        _written += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
