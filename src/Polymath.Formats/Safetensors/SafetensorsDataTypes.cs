using System.Diagnostics.CodeAnalysis;
using Polymath.Compute;

namespace Polymath.Formats.Safetensors;

/// <summary>What the format calls the data types.</summary>
internal static class SafetensorsDataTypes
{
    private static readonly Dictionary<string, DataType> ByName = new()
    {
        ["F32"] = DataType.Float32,
        ["BF16"] = DataType.BFloat16,
        ["F16"] = DataType.Float16,
        ["F64"] = DataType.Float64,
        ["I8"] = DataType.Int8,
        ["U8"] = DataType.UInt8,
        ["I16"] = DataType.Int16,
        ["U16"] = DataType.UInt16,
        ["I32"] = DataType.Int32,
        ["U32"] = DataType.UInt32,
        ["I64"] = DataType.Int64,
        ["U64"] = DataType.UInt64,
        ["BOOL"] = DataType.Boolean,
    };

    private static readonly Dictionary<DataType, string> Names =
        ByName.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>All names, for messages.</summary>
    public static string Known { get; } = string.Join(", ", ByName.Keys);

    public static bool TryParse(string name, [MaybeNullWhen(false)] out DataType type) =>
        ByName.TryGetValue(name, out type);

    public static string NameOf(DataType type) => Names[type];
}
