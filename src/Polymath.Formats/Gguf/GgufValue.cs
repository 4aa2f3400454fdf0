using System.Buffers.Binary;
using System.Text;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Gguf;

/// <summary>
/// A metadata value together with its place, so that each wrong type or value out of range is an
/// <see cref="InvalidInputException"/> that names file and key. Decoded from the mapped file when asked for: not to be
/// used after the file is disposed.
/// </summary>
public sealed unsafe class GgufValue
{
    private readonly GgufFile _file;
    private readonly GgufHeaderValue _value;

    internal GgufValue(GgufFile file, GgufHeaderValue value) => (_file, _value) = (file, value);

    /// <summary>The key.</summary>
    public string Key => _value.Key;

    /// <summary>The type.</summary>
    public GgufValueType Type => _value.Type;

    /// <summary>The type of an array's items; of any other value its own type.</summary>
    public GgufValueType ItemType => _value.ItemType;

    /// <summary>How many items an array has; 1 of any other value.</summary>
    public int ItemCount => _value.ItemCount;

    /// <summary>The text of a text.</summary>
    public string AsString()
    {
        Require(GgufValueType.Text, "a text");
        long offset = _value.Offset;
        return Encoding.UTF8.GetString(TakeText(ref offset));
    }

    /// <summary>A whole number within bounds, of any integer type.</summary>
    public long AsInt64(long minimum = long.MinValue, long maximum = long.MaxValue)
    {
        if (!IsInteger(Type))
        {
            throw Fault($"is {Describe()}, expected a whole number");
        }

        return Bounded(0, minimum, maximum);
    }

    /// <summary>A whole number within bounds, of any integer type.</summary>
    public int AsInt32(int minimum = int.MinValue, int maximum = int.MaxValue) => (int)AsInt64(minimum, maximum);

    /// <summary>A finite number.</summary>
    public float AsSingle()
    {
        float value = Type switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(Bytes(0)),
            GgufValueType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(Bytes(0)),
            _ => throw Fault($"is {Describe()}, expected a fraction"),
        };
        return float.IsFinite(value) ? value : throw Fault($"is {value}, expected a finite number");
    }

    /// <summary>A truth value.</summary>
    public bool AsBoolean()
    {
        Require(GgufValueType.Boolean, "a truth value");
        return Bytes(0)[0] != 0;
    }

    /// <summary>The items of an array of texts.</summary>
    public string[] AsStrings()
    {
        RequireItems(ItemType == GgufValueType.Text, "texts");
        var items = new string[ItemCount];
        long offset = _value.Offset;
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = Encoding.UTF8.GetString(TakeText(ref offset));
        }

        return items;
    }

    /// <summary>The items of an array of whole numbers, each within bounds.</summary>
    public int[] AsInt32s(int minimum = int.MinValue, int maximum = int.MaxValue)
    {
        RequireItems(IsInteger(ItemType), "whole numbers");
        var items = new int[ItemCount];
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = (int)Bounded(index, minimum, maximum);
        }

        return items;
    }

    /// <summary>The items of an array of binary32.</summary>
    public float[] AsSingles()
    {
        RequireItems(ItemType == GgufValueType.Float32, "binary32");
        var items = new float[ItemCount];
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = BinaryPrimitives.ReadSingleLittleEndian(Bytes(index));
        }

        return items;
    }

    /// <summary>An exception that names this value: for rules that only the caller knows.</summary>
    /// <param name="rule">What is wrong, as the rest of a sentence: <c>is 3, expected an even number</c>.</param>
    public InvalidInputException Fault(string rule) => new($"{_file.Path}: key {Quotation.Of(Key)} {rule}");

    private static bool IsInteger(GgufValueType type) => type
        is not (GgufValueType.Float32 or GgufValueType.Float64 or GgufValueType.Boolean or GgufValueType.Text
            or GgufValueType.Array);

    private long Bounded(int index, long minimum, long maximum)
    {
        ReadOnlySpan<byte> bytes = Bytes(index);
        Int128 number = ItemType switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
        return number >= minimum && number <= maximum
            ? (long)number
            : throw Fault($"is {number}, expected {minimum} to {maximum}");
    }

    private ReadOnlySpan<byte> Bytes(int index)
    {
        int size = ItemType.SizeInBytes();
        return new ReadOnlySpan<byte>(_file.Address + _value.Offset + ((long)index * size), size);
    }

    private ReadOnlySpan<byte> TakeText(ref long offset)
    {
        byte* start = _file.Address + offset;
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, sizeof(ulong)));
        offset += sizeof(ulong) + length;
        return new ReadOnlySpan<byte>(start + sizeof(ulong), length);
    }

    private void Require(GgufValueType type, string expected)
    {
        if (Type != type)
        {
            throw Fault($"is {Describe()}, expected {expected}");
        }
    }

    private void RequireItems(bool matches, string expected)
    {
        if (Type != GgufValueType.Array || !matches)
        {
            throw Fault($"is {Describe()}, expected an array of {expected}");
        }
    }

    private string Describe() => Type == GgufValueType.Array ? $"an array of {ItemType}" : $"of type {Type}";
}
