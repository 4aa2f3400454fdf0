using System.Globalization;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Fields.Games.Libretro;

/// <summary>How the bytes of a number follow each other.</summary>
internal enum MemoryFormat
{
    /// <summary>The lowest byte first.</summary>
    Little,

    /// <summary>The highest byte first.</summary>
    Big,

    /// <summary>Two decimal digits a byte, the highest first.</summary>
    Bcd,

    /// <summary>A decimal digit a byte, the highest first.</summary>
    Digits,
}

/// <summary>A number in a console's memory.</summary>
/// <param name="Address">Where its first byte is.</param>
/// <param name="Bytes">How many it has.</param>
/// <param name="Format">How they follow each other.</param>
internal sealed record MemoryValue(int Address, int Bytes, MemoryFormat Format)
{
    private const int LargestAddress = 1 << 26, LargestBytes = 8;

    /// <summary>The keys that describe it.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["address", "bytes", "format"];

    /// <summary>Reads its description.</summary>
    public static MemoryValue Read(StrictJsonValue value)
    {
        int bytes = value.TryGet("bytes", out StrictJsonValue count) ? count.AsInt32(1, LargestBytes) : 1;
        return new MemoryValue(ReadAddress(value["address"]), bytes, ReadFormat(value));
    }

    /// <summary>Refuses an address that a console's memory does not have.</summary>
    public void Require(string name, int memorySize)
    {
        if (Address + Bytes > memorySize)
        {
            throw new InvalidInputException(
                $"{name}: address 0x{Address:x} with {Bytes} bytes lies beyond the console's memory of {memorySize:N0} bytes");
        }
    }

    /// <summary>The number as it is now.</summary>
    public double In(ReadOnlySpan<byte> memory)
    {
        double value = 0;
        ReadOnlySpan<byte> bytes = memory.Slice(Address, Bytes);
        for (int index = 0; index < bytes.Length; index++)
        {
            byte next = bytes[Format == MemoryFormat.Little ? bytes.Length - 1 - index : index];
            value = Format switch
            {
                MemoryFormat.Bcd => (100 * value) + (10 * (next >> 4)) + (next & 15),
                MemoryFormat.Digits => (10 * value) + (next & 15),
                _ => (256 * value) + next,
            };
        }

        return value;
    }

    private static int ReadAddress(StrictJsonValue address)
    {
        if (address.Kind != System.Text.Json.JsonValueKind.String)
        {
            return address.AsInt32(0, LargestAddress);
        }

        string text = address.AsString();
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return isHexadecimal
            && int.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && value is >= 0 and <= LargestAddress
            ? value
            : throw address.Fault($"must be a number, or a text such as \"0x31\", up to 0x{LargestAddress:x}");
    }

    private static MemoryFormat ReadFormat(StrictJsonValue value)
    {
        if (!value.TryGet("format", out StrictJsonValue format))
        {
            return MemoryFormat.Little;
        }

        return format.AsString() switch
        {
            "little" => MemoryFormat.Little,
            "big" => MemoryFormat.Big,
            "bcd" => MemoryFormat.Bcd,
            "digits" => MemoryFormat.Digits,
            _ => throw format.Fault("must be one of: little, big, bcd, digits"),
        };
    }
}
