using System.Text;
using CsCheck;
using Polymath.Cli.Native;
using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Tests.Native;

public sealed class NativeImageIndexTests
{
    [Fact]
    public void ImagesLieBeforeTheLineInItsOrder()
    {
        using MemoryStream file = FileOf("program|third|fourth!", "x86-64-v3=5 x86-64-v4=8");

        IReadOnlyList<NativeImage> images = NativeImageIndex.Read(file);

        Assert.Equal(
            [new NativeImage(ProcessorLevel.V4, 13, 8), new NativeImage(ProcessorLevel.V3, 8, 5)],
            images);
    }

    [Theory]
    [InlineData("x86-64-v4=900")]
    [InlineData("x86-64-v4=0")]
    [InlineData("x86-64-v4=-3")]
    [InlineData("x86-64-v4")]
    [InlineData("x86-64-v9=3")]
    [InlineData("x86-64-v3=20 x86-64-v4=20")]
    [InlineData("x86-64-v4=99999999999999999999")]
    public void ALineThatDoesNotFitTheFileCountsAsNone(string entries)
    {
        using MemoryStream file = FileOf("program|third|fourth!", entries);

        Assert.Empty(NativeImageIndex.Read(file));
    }

    [Fact]
    public void AFileWithoutTheLineHasNoImages() =>
        Gen.Byte.Array[0, 300].Sample(bytes => Assert.Empty(NativeImageIndex.Read(new MemoryStream(bytes))));

    [Theory]
    [InlineData(null, ProcessorLevel.V4, ProcessorLevel.V4)]
    [InlineData("", ProcessorLevel.V3, ProcessorLevel.V3)]
    [InlineData("x86-64", ProcessorLevel.V4, ProcessorLevel.Baseline)]
    [InlineData("x86-64-v3", ProcessorLevel.V4, ProcessorLevel.V3)]
    [InlineData("x86-64-v4", ProcessorLevel.Baseline, ProcessorLevel.Baseline)]
    public void ALevelIsLimitedByTheWishAndTheProcessor(string? name, ProcessorLevel current, ProcessorLevel expected) =>
        Assert.Equal(expected, NativeImages.Limit(name, current));

    [Fact]
    public void AnUnknownLevelIsRefused()
    {
        var fault = Assert.Throws<InvalidInputException>(() => NativeImages.Limit("pentium", ProcessorLevel.V4));

        Assert.Contains("POLYMATH_PROCESSOR is 'pentium'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("x86-64-v3", fault.Message, StringComparison.Ordinal);
    }

    private static MemoryStream FileOf(string content, string entries) =>
        new(Encoding.ASCII.GetBytes($"{content}\npolymath images {entries}\n"));
}
