using Polymath.Compute.Cpu;
using Polymath.Compute.Cpu.Measurements;

namespace Polymath.Compute.Tests.Cpu.Measurements;

public sealed class PeakMeterTests
{
    [Fact]
    public void EveryInstructionSetHasAFinitePeak()
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            Assert.InRange(PeakMeter.MeasureFlops(set), 1e6, 1e13);
            Assert.InRange(PeakMeter.MeasureFlops(set, ProductPrecision.BFloat16), 1e6, 1e13);
        }
    }

    [Fact]
    public void TheReadBandwidthIsFinite() =>
        Assert.InRange(PeakMeter.MeasureReadBandwidth(InstructionSets.Chosen, 64 << 20), 1e6, 1e13);
}
