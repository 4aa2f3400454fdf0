namespace Polymath.Compute;

/// <summary>The type of one element in memory or in a file.</summary>
public enum DataType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>The upper half of a binary32: 8 exponent bits, 7 mantissa bits.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary16.</summary>
    Float16,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,

    /// <summary>One byte, zero or one.</summary>
    Boolean,
}

/// <summary>Sizes of <see cref="DataType"/>, and the types that C# knows them by.</summary>
public static class DataTypes
{
    /// <summary>The type of elements that kernels know as <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">No matrix has such elements.</exception>
    public static DataType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? DataType.Float32
        : typeof(T) == typeof(BFloat16) ? DataType.BFloat16
        : typeof(T) == typeof(int) ? DataType.Int32
        : throw new NotSupportedException($"no matrix has elements of {typeof(T)}");

    /// <summary>The size of one element in bytes.</summary>
    public static int SizeInBytes(this DataType type) => type switch
    {
        DataType.Int8 or DataType.UInt8 or DataType.Boolean => 1,
        DataType.BFloat16 or DataType.Float16 or DataType.Int16 or DataType.UInt16 => 2,
        DataType.Float32 or DataType.Int32 or DataType.UInt32 => 4,
        DataType.Float64 or DataType.Int64 or DataType.UInt64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown data type"),
    };
}
