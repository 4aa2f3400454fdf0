namespace Polymath.Compute.Tests.Numerics;

public sealed class BFloat16Tests
{
    [Fact]
    public void EveryValueSurvivesTheWayToFloatAndBack()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = new BFloat16((ushort)bits);
            if (float.IsNaN((float)value))
            {
                Assert.True(float.IsNaN((float)(BFloat16)(float)value));
            }
            else
            {
                Assert.Equal(value, (BFloat16)(float)value);
            }
        }
    }

    [Theory]
    [InlineData(1.00390625f, 1.0f)] // half way between 1 and its neighbour: the even one
    [InlineData(1.01171875f, 1.015625f)] // half way between the next two: the even one is above
    [InlineData(1.00390637f, 1.0078125f)] // just above the half
    [InlineData(-1.00390637f, -1.0078125f)]
    [InlineData(3.4e38f, float.PositiveInfinity)]
    [InlineData(1e-45f, 0)]
    public void RoundsToTheNearestTiesToEven(float value, float expected) =>
        Assert.Equal(expected, (float)(BFloat16)value);

    [Fact]
    public void WhatIsNoNumberStaysSoThoughItsLowBitsAreDropped()
    {
        float signalling = BitConverter.UInt32BitsToSingle(0x7F80_0001);
        float full = BitConverter.UInt32BitsToSingle(0x7FFF_FFFF);
        Assert.True(float.IsNaN((float)(BFloat16)signalling));
        Assert.True(float.IsNaN((float)(BFloat16)full));
    }
}
