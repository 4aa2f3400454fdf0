using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed class InstructionSetsTests
{
    [Fact]
    public void EverySupportedSetIsParsedFromItsName()
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            Assert.Equal(set, InstructionSets.Parse(InstructionSets.NameOf(set)));
            Assert.Equal(set, InstructionSets.Parse(InstructionSets.NameOf(set).ToUpperInvariant()));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void NothingMeansTheBest(string? name) =>
        Assert.Equal(InstructionSets.Supported[0], InstructionSets.Parse(name));

    [Fact]
    public void PortableIsAlwaysThere() => Assert.Equal(InstructionSet.Portable, InstructionSets.Supported[^1]);

    [Fact]
    public void AnUnknownNameIsAnErrorThatNamesTheVariableAndWhatThereIs()
    {
        var failure = Assert.Throws<InvalidInputException>(() => InstructionSets.Parse("sse9"));
        Assert.Contains("POLYMATH_KERNELS is 'sse9'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("portable", failure.Message, StringComparison.Ordinal);
    }
}
