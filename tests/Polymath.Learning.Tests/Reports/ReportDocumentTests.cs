namespace Polymath.Learning.Tests;

public sealed class ReportDocumentTests
{
    private static readonly ComputeReport Compute = new(
        "AVX2", 2, 1_234_567, 100, "tokens", 6400, 8.64e16, TimeSpan.FromSeconds(10))
    {
        PeakFlopsPerSecond = 1.728e16,
    };

    [Fact]
    public void MetricsStandBesideTheirReferences()
    {
        string text = Write(new RunReport(
            "text", "/runs/first", [new("bits per byte", 1.25)], [new("gzip | level 9", "bits per byte", 2.5)], Compute));
        Assert.StartsWith("# text: first\n", text);
        Assert.Contains("| this run | bits per byte | 1.25 |\n| gzip \\| level 9 | bits per byte | 2.5 |\n", text);
    }

    [Fact]
    public void WhatItCostIsDerivedFromCountsAndTime()
    {
        string text = Write(new RunReport("text", "/runs/first", [], [], Compute));
        Assert.Contains("8.64e+16 (1.00e-3 petaflop/s-days)", text);
        Assert.Contains("640 tokens/s, 8640000.0 GFLOP/s", text);
        Assert.Contains("50.0 % of 17280000 GFLOP/s", text.Replace("50.0%", "50.0 %", StringComparison.Ordinal));
    }

    [Fact]
    public void ASampleCannotCloseItsFence()
    {
        string text = Write(new RunReport("text", "/runs/first", [], [], Compute) { Samples = ["a\n```\n# not a title"] });
        Assert.Contains("\n``````\na\n```\n# not a title\n``````\n", text);
    }

    private static string Write(RunReport report) => ReportDocument.Write(report, "loss.png");
}
