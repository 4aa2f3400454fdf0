using Polymath.Compute;

namespace Polymath.Formats.Gguf;

/// <summary>A metadata value as the header holds it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Type">Its type.</param>
/// <param name="ItemType">The type of its items; of any other value than an array its own.</param>
/// <param name="ItemCount">How many items; 1 of any other value than an array.</param>
/// <param name="Offset">Where the first item begins, from the start of the file.</param>
internal readonly record struct GgufHeaderValue(
    string Key, GgufValueType Type, GgufValueType ItemType, int ItemCount, long Offset);

/// <summary>A tensor as the header describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Format">How its numbers are stored.</param>
/// <param name="Shape">The dimensions, slowest first.</param>
/// <param name="ElementCount">Their product.</param>
/// <param name="Begin">Where the data begins, from the start of the data of all.</param>
/// <param name="ByteCount">The bytes of its data.</param>
internal readonly record struct GgufHeaderEntry(
    string Name, WeightFormat Format, long[] Shape, long ElementCount, long Begin, long ByteCount);

/// <summary>A header that has passed every check.</summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Values">The metadata in the order of the file.</param>
/// <param name="Entries">The tensors in the order of the file.</param>
/// <param name="DataOffset">Where the data begin, from the start of the file.</param>
internal sealed record GgufHeader(
    int Version, IReadOnlyList<GgufHeaderValue> Values, IReadOnlyList<GgufHeaderEntry> Entries, long DataOffset);
