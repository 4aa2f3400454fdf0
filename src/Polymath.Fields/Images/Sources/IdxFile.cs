using System.Buffers.Binary;
using System.IO.Compression;
using Polymath.Compute;
using Polymath.Formats.Files;

namespace Polymath.Fields.Images.Sources;

/// <summary>
/// A file in the IDX format of MNIST (LeCun et al., 1998), packed by gzip: bytes of one to three dimensions, the sizes
/// big-endian before them.
/// </summary>
internal static class IdxFile
{
    private const int MaxPackedBytes = 256 << 20, MaxBytes = 1 << 30, HeaderBytes = 4, ByteType = 8;

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensionCount">How many dimensions it must have.</param>
    /// <returns>The sizes of its dimensions, and its bytes.</returns>
    /// <exception cref="InvalidInputException">It is missing, damaged or of another kind.</exception>
    public static (int[] Sizes, byte[] Values) Read(string path, int dimensionCount)
    {
        byte[] packed = InputFile.ReadAllBytes(path, MaxPackedBytes);
        try
        {
            using var unpacked = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            Span<byte> header = stackalloc byte[HeaderBytes * (1 + dimensionCount)];
            unpacked.ReadExactly(header);
            if (header[0] != 0 || header[1] != 0 || header[2] != ByteType || header[3] != dimensionCount)
            {
                throw new InvalidInputException(
                    $"{path}: begins with {Convert.ToHexString(header[..HeaderBytes])}, expected an IDX file of bytes with "
                    + $"{dimensionCount} dimensions");
            }

            var sizes = new int[dimensionCount];
            long count = 1;
            for (int dimension = 0; dimension < dimensionCount; dimension++)
            {
                uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(HeaderBytes * (1 + dimension))..]);
                count = size is 0 or > MaxBytes || count * size > MaxBytes
                    ? throw new InvalidInputException($"{path}: has an impossible size, {size}")
                    : count * size;
                sizes[dimension] = (int)size;
            }

            var values = new byte[count];
            unpacked.ReadExactly(values);
            return unpacked.ReadByte() < 0
                ? (sizes, values)
                : throw new InvalidInputException($"{path}: is longer than its sizes say, {count} bytes");
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidInputException($"{path}: is damaged ({fault.Message.TrimEnd('.')})", fault);
        }
    }
}
