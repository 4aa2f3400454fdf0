using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Compute.Tests.Cpu.Generated;

namespace Polymath.Learning.Tests;

/// <summary>A run on a system that lets nobody execute what he wrote.</summary>
public sealed class RefusedCodeTests
{
    private const int Steps = 8;

    public static bool HasGeneratedCode => InstructionSets.IsSupported(InstructionSet.Avx512Bf16);

    [Theory(SkipUnless = nameof(HasGeneratedCode), Skip = "no generated code without AVX512-BF16")]
    [InlineData(true)]
    [InlineData(false)]
    public void ARunThatAsksForBFloat16LearnsInFloat32(bool allocates)
    {
        using var folder = new TemporaryFolder();
        string expected = folder["expected"], actual = folder["actual"];
        using (var kernels = CpuKernels.Create(InstructionSet.Avx512, threadCount: 2))
        {
            PatternTraining.RunWith(kernels, new PatternField(), Recipe(ProductPrecision.Float32), expected);
        }

        var pages = new RefusingPages(allocates);
        using (var kernels = CpuKernels.Create(InstructionSet.Avx512Bf16, threadCount: 2, pages))
        {
            PatternTraining.RunWith(kernels, new PatternField(), Recipe(ProductPrecision.BFloat16), actual);
            Assert.False(kernels.HasBFloat16Products);
        }

        Assert.True(pages.Asked > 0);
        Assert.Equal(pages.Allocated, pages.Freed);
        Assert.Equal(PatternTraining.StateAt(expected, Steps), PatternTraining.StateAt(actual, Steps));
    }

    private static PatternRecipe Recipe(ProductPrecision precision) => PatternRecipe.Small with
    {
        Budget = $"{Steps}steps",
        Learning = PatternRecipe.Small.Learning with { Precision = precision },
    };
}
