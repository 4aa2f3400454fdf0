using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Polymath.Compute;

namespace Polymath.Formats.Safetensors;

/// <summary>Converts little-endian floats of a file from and to fp32, at any alignment of the bytes.</summary>
public static class FloatConversion
{
    // Large enough to amortise a write, small enough for the stack and the first-level cache.
    private const int ChunkBytes = 16 * 1024;

    /// <summary>Whether a type is one that can be converted: F32, BF16, F16 or F64.</summary>
    public static bool IsFloat(DataType type) =>
        type is DataType.Float32 or DataType.BFloat16 or DataType.Float16 or DataType.Float64;

    /// <summary>Converts to fp32; exact but for F64, which is rounded to nearest even.</summary>
    /// <param name="source">The elements' bytes; as many elements as <paramref name="destination"/> is long.</param>
    /// <param name="type">A type of which <see cref="IsFloat"/> holds.</param>
    /// <param name="destination">Receives the values.</param>
    public static void Read(ReadOnlySpan<byte> source, DataType type, Span<float> destination)
    {
        RequireLengths(source.Length, type, destination.Length);
        switch (type)
        {
            case DataType.Float32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case DataType.BFloat16:
                ReadBFloat16(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case DataType.Float16:
                ReadOnlySpan<Half> halves = MemoryMarshal.Cast<byte, Half>(source);
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)halves[i];
                }

                break;
            default:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(source);
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = (float)doubles[i];
                }

                break;
        }
    }

    /// <summary>Converts from fp32, rounding to nearest even.</summary>
    /// <param name="source">The values.</param>
    /// <param name="type">A type of which <see cref="IsFloat"/> holds.</param>
    /// <param name="destination">The elements' bytes; as many elements as <paramref name="source"/> is long.</param>
    public static void Write(ReadOnlySpan<float> source, DataType type, Span<byte> destination)
    {
        RequireLengths(destination.Length, type, source.Length);
        switch (type)
        {
            case DataType.Float32:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case DataType.BFloat16:
                Span<BFloat16> upperHalves = MemoryMarshal.Cast<byte, BFloat16>(destination);
                for (int i = 0; i < source.Length; i++)
                {
                    upperHalves[i] = (BFloat16)source[i];
                }

                break;
            case DataType.Float16:
                Span<Half> halves = MemoryMarshal.Cast<byte, Half>(destination);
                for (int i = 0; i < source.Length; i++)
                {
                    halves[i] = (Half)source[i];
                }

                break;
            default:
                Span<double> doubles = MemoryMarshal.Cast<byte, double>(destination);
                for (int i = 0; i < source.Length; i++)
                {
                    doubles[i] = source[i];
                }

                break;
        }
    }

    /// <summary>Converts from fp32, rounding to nearest even, and writes the bytes to a stream.</summary>
    /// <param name="source">The values.</param>
    /// <param name="type">A type of which <see cref="IsFloat"/> holds.</param>
    /// <param name="stream">Receives the bytes.</param>
    public static void Write(ReadOnlySpan<float> source, DataType type, Stream stream)
    {
        if (type == DataType.Float32)
        {
            stream.Write(MemoryMarshal.AsBytes(source));
            return;
        }

        Span<byte> chunk = stackalloc byte[ChunkBytes];
        int elementBytes = type.SizeInBytes();
        while (!source.IsEmpty)
        {
            int count = Math.Min(source.Length, ChunkBytes / elementBytes);
            Span<byte> bytes = chunk[..(count * elementBytes)];
            Write(source[..count], type, bytes);
            stream.Write(bytes);
            source = source[count..];
        }
    }

    private static void ReadBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        int i = 0;
        ref ushort first = ref MemoryMarshal.GetReference(source);
        ref uint target = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(destination));
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref first, (nuint)i), out Vector<uint> low, out Vector<uint> high);
            (low << 16).StoreUnsafe(ref target, (nuint)i);
            (high << 16).StoreUnsafe(ref target, (nuint)(i + Vector<uint>.Count));
        }

        for (; i < source.Length; i++)
        {
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }
    }

    private static void RequireLengths(int byteCount, DataType type, int elementCount)
    {
        if (!IsFloat(type))
        {
            throw new ArgumentException($"{type} is no floating-point type", nameof(type));
        }

        if (byteCount != (long)elementCount * type.SizeInBytes())
        {
            throw new ArgumentException($"{byteCount} bytes do not hold {elementCount} elements of {type}");
        }
    }
}
