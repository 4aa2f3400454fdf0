using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Benchmarks;

/// <summary>The precisions of products that are compared.</summary>
internal static class ProductPrecisions
{
    /// <summary>Those that the chosen kernels have, fp32 first.</summary>
    public static IReadOnlyList<ProductPrecision> Native =>
        InstructionSets.Chosen == InstructionSet.Avx512Bf16
            ? [ProductPrecision.Float32, ProductPrecision.BFloat16]
            : [ProductPrecision.Float32];

    /// <summary>The short name that tables use.</summary>
    public static string NameOf(ProductPrecision precision) =>
        precision == ProductPrecision.BFloat16 ? "bf16" : "fp32";
}
