namespace Polymath.Learning.Tests;

/// <summary>A disk that fails at a given operation: once (a full disk), or from there on (a killed process).</summary>
/// <param name="failingOperation">The operation that fails, from 0.</param>
/// <param name="isKilled">Whether everything after it fails as well, cleaning up included.</param>
internal sealed class FaultyStorage(int failingOperation, bool isKilled) : ICheckpointStorage
{
    private readonly DiskStorage _disk = new();

    /// <summary>Operations asked for so far.</summary>
    public int OperationCount { get; private set; }

    public void CreateFolder(string path)
    {
        Pass();
        _disk.CreateFolder(path);
    }

    public Stream CreateFile(string path)
    {
        Pass();
        return new FaultyStream(this, _disk.CreateFile(path));
    }

    public void Synchronize(Stream stream)
    {
        Pass();
        _disk.Synchronize(((FaultyStream)stream).Inner);
    }

    public void SynchronizeFolder(string path)
    {
        Pass();
        _disk.SynchronizeFolder(path);
    }

    public void RenameFolder(string from, string to)
    {
        Pass();
        _disk.RenameFolder(from, to);
    }

    public void DeleteFolder(string path)
    {
        Pass();
        _disk.DeleteFolder(path);
    }

    private void Pass()
    {
        int operation = OperationCount++;
        if (operation == failingOperation || (isKilled && operation > failingOperation))
        {
            throw new IOException("No space left on device");
        }
    }

    /// <summary>A file of which the failing write leaves the first half of its bytes.</summary>
    private sealed class FaultyStream(FaultyStorage storage, Stream inner) : Stream
    {
        public Stream Inner => inner;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                storage.Pass();
            }
            catch (IOException)
            {
                inner.Write(buffer[..(buffer.Length / 2)]);
                throw;
            }

            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
