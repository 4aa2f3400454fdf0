using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Safetensors;

/// <summary>
/// One tensor in a mapped file, row-major, little-endian. Its data lives as long as the file or collection that it
/// came from is not disposed.
/// </summary>
public sealed class SafetensorsTensor
{
    private readonly SafetensorsFile _file;

    internal SafetensorsTensor(SafetensorsFile file, SafetensorsHeaderEntry entry, long dataOffset)
    {
        _file = file;
        Name = entry.Name;
        DataType = entry.DataType;
        Shape = entry.Shape;
        ElementCount = entry.ElementCount;
        Offset = dataOffset + entry.Begin;
        ByteCount = entry.End - entry.Begin;
    }

    /// <summary>The name, unique in its file or collection.</summary>
    public string Name { get; }

    /// <summary>The type of each element.</summary>
    public DataType DataType { get; }

    /// <summary>The dimensions, slowest first; empty for a scalar. Any may be zero.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>Where the data begins, in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>The size of the data in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The path of the file that holds the tensor.</summary>
    public string Path => _file.Path;

    /// <summary>The data in place, without a copy. May be unaligned in files of other writers.</summary>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    /// <exception cref="InvalidOperationException">The data exceeds a span; use <see cref="Pointer"/>.</exception>
    public unsafe ReadOnlySpan<byte> Bytes => ByteCount <= int.MaxValue
        ? new ReadOnlySpan<byte>(Pointer, (int)ByteCount)
        : throw new InvalidOperationException($"tensor {Name} has {ByteCount} bytes, more than a span can hold");

    /// <summary>The address of the data, <see cref="ByteCount"/> bytes. May be unaligned.</summary>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    public unsafe byte* Pointer => _file.Address + Offset;

    /// <summary>Requires the dimensions that a network expects.</summary>
    /// <exception cref="InvalidInputException">The shape is another one; the message states both.</exception>
    public void RequireShape(params ReadOnlySpan<long> expected)
    {
        long[] shape = [.. Shape];
        if (!expected.SequenceEqual(shape))
        {
            throw new InvalidInputException(
                $"{Path}: tensor {Quotation.Of(Name)} has shape [{string.Join(", ", shape)}], expected " +
                $"[{string.Join(", ", expected.ToArray())}]");
        }
    }

    /// <summary>Copies all elements, converted from F32, BF16, F16 or F64.</summary>
    /// <param name="destination">As many floats as the tensor has elements.</param>
    /// <exception cref="InvalidInputException">The element count differs or the data type is no float.</exception>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    public void ReadFloat32(Span<float> destination)
    {
        if (destination.Length != ElementCount)
        {
            throw new InvalidInputException(
                $"{Path}: tensor {Quotation.Of(Name)} has {ElementCount} elements, expected {destination.Length}");
        }

        ReadFloat32(0, destination);
    }

    /// <summary>Copies a run of elements, converted from F32, BF16, F16 or F64.</summary>
    /// <param name="firstElement">The index of the first element, counted row-major.</param>
    /// <param name="destination">Takes as many elements as it is long.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run leaves the tensor.</exception>
    /// <exception cref="InvalidInputException">The data type is no float.</exception>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    public unsafe void ReadFloat32(long firstElement, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstElement, ElementCount - destination.Length);
        if (!FloatConversion.IsFloat(DataType))
        {
            throw new InvalidInputException(
                $"{Path}: tensor {Quotation.Of(Name)} is of data type {SafetensorsDataTypes.NameOf(DataType)}, " +
                "expected F32, BF16, F16 or F64");
        }

        int elementBytes = DataType.SizeInBytes();
        byte* source = Pointer + (firstElement * elementBytes);

        // A span of 8-byte elements may exceed 2 GiB, hence the pieces.
        for (int done = 0; done < destination.Length;)
        {
            int count = Math.Min(destination.Length - done, int.MaxValue / elementBytes);
            ReadOnlySpan<byte> bytes = new(source + ((long)done * elementBytes), count * elementBytes);
            FloatConversion.Read(bytes, DataType, destination.Slice(done, count));
            done += count;
        }
    }
}
