using Polymath.Compute;

namespace Polymath.Formats.Gguf;

/// <summary>The types of tensors by their numbers in the file.</summary>
internal static class GgufTensorTypes
{
    /// <summary>The types that are read, for messages.</summary>
    public const string Readable = "F32, F16, BF16, Q8_0, Q4_0, Q4_K or Q6_K";

    // All that ggml has numbered so far, so that a message can name what is not read; it has dropped the empty ones.
    private static readonly string[] Names =
    [
        "F32", "F16", "Q4_0", "Q4_1", "", "", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K",
        "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64",
        "F64", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0", "", "", "", "MXFP4",
    ];

    /// <summary>The format behind a number, where it is one that is read.</summary>
    public static WeightFormat? Find(uint number) => number switch
    {
        0 => WeightFormat.Float32,
        1 => WeightFormat.Float16,
        2 => WeightFormat.Q4_0,
        8 => WeightFormat.Q8_0,
        12 => WeightFormat.Q4_K,
        14 => WeightFormat.Q6_K,
        30 => WeightFormat.BFloat16,
        _ => null,
    };

    /// <summary>The number of a format.</summary>
    public static uint NumberOf(WeightFormat format) => format switch
    {
        WeightFormat.Float32 => 0,
        WeightFormat.Float16 => 1,
        WeightFormat.Q4_0 => 2,
        WeightFormat.Q8_0 => 8,
        WeightFormat.Q4_K => 12,
        WeightFormat.Q6_K => 14,
        WeightFormat.BFloat16 => 30,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "unknown weight format"),
    };

    /// <summary>What a message calls a number.</summary>
    public static string Describe(uint number) =>
        number < Names.Length && Names[number].Length > 0 ? Names[number] : $"number {(int)number}";
}
