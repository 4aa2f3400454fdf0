using Polymath.Cli.Terminal;
using Polymath.Learning;

namespace Polymath.Cli.Tests.Terminal;

public sealed class ExaminationTableTests
{
    [Fact]
    public void EveryMetricStandsBesideItsReferences()
    {
        var compute = new ComputeReport("avx2", 1, 10, 1, "tokens", 1, 1, TimeSpan.Zero);
        var report = new RunReport(
            "text", "run", [new("bits_per_byte", 1.5), new("loss", 12.345), new("bytes", 1234567)],
            [new("gzip", "bits_per_byte", 2), new("a person", "loss", 3)], compute)
        {
            Remarks = ["Take it with salt."],
        };
        using var output = new StringWriter();
        ExaminationTable.Print(Screen.Plain(output), report);
        Assert.Equal(
            """
              bits per byte     1.5000  this network
                                2.0000  gzip
              loss               12.35  this network
                                3.0000  a person
              bytes          1,234,567
              Take it with salt.

            """.ReplaceLineEndings("\n"),
            output.ToString());
    }

    [Theory]
    [InlineData(0, "0.0000")]
    [InlineData(2, "2.0000")]
    [InlineData(400, "400")]
    [InlineData(123.456, "123.46")]
    [InlineData(12345678.9, "1.2346E+07")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void AFigureHasTheDecimalsOfItsSize(double value, string expected) =>
        Assert.Equal(expected, ExaminationTable.Figure(value));
}
