using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Tests.Text;

/// <summary>Every held-out token is scored once, with the context that the recipe promises, in bits per byte.</summary>
public sealed class TextExaminationTests
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void AUniformModelCostsTheLogarithmOfItsVocabulary(float overlap)
    {
        using var fixture = new TextSessionFixture(recipe => recipe with { ExaminationOverlap = overlap });
        fixture.SetAllParameters(0);
        ExaminationResult result = fixture.Session.Examination.Examine(ExaminationDepth.Full);
        double tokens = Metric(result, "tokens"), bytes = Metric(result, "bytes");
        Assert.True(tokens > 150);
        Assert.Equal(Math.Log(257), Metric(result, "loss"), 1e-5);
        Assert.Equal(Math.Log2(257) * tokens / bytes, Metric(result, "bits_per_byte"), 1e-5);
    }

    [Theory]
    [InlineData(0f, 10)]
    [InlineData(0.5f, 5)]
    [InlineData(0.9f, 1)]
    public unsafe void TheLossIsThatOfWindowsScoredOneByOne(float overlap, int stride)
    {
        using var fixture = new TextSessionFixture(
            recipe => recipe with { ExaminationOverlap = overlap, ExaminationTokens = 123 });
        ExaminationResult result = fixture.Session.Examination.Examine(ExaminationDepth.Full);
        int[] tokens = HeldOutTokens(fixture);
        double nats = 0;
        int scored = 0;
        for (int start = 0; scored < 123; start += stride)
        {
            int length = Math.Min(10, 123 - start);
            nats += WindowLoss(fixture, tokens, start, length, skip: scored - start);
            scored = start + length;
        }

        Assert.Equal(nats / 123, Metric(result, "loss"), 1e-5);
    }

    [Fact]
    public void SpecialTokensCostBitsAndCountNoBytes()
    {
        using var fixture = new TextSessionFixture();
        ExaminationResult result = fixture.Session.Examination.Examine(ExaminationDepth.Full);
        int[] tokens = HeldOutTokens(fixture);
        int special = tokens.Skip(1).Count(token => token == fixture.Session.Tokenizer.EndOfText);
        Assert.True(special > 0);
        Assert.Equal(tokens.Length - 1, Metric(result, "tokens"));
        Assert.Equal(tokens.Length - 1 - special, Metric(result, "bytes"));
    }

    [Fact]
    public void CompressorsAreMeasuredOnTheSameBytesOnlyAtTheEnd()
    {
        using var fixture = new TextSessionFixture();
        IReadOnlyList<ReferenceFigure> figures = fixture.Session.Examination.Examine(ExaminationDepth.Full).References;
        Assert.Equal(4, figures.Count);
        Assert.All(figures, figure => Assert.InRange(figure.Value, 0.1, 12));
        Assert.Empty(fixture.Session.Examination.Examine(ExaminationDepth.Quick).References);
    }

    private static double Metric(ExaminationResult result, string name) =>
        result.Metrics.Single(metric => metric.Key == name).Value;

    private static int[] HeldOutTokens(TextSessionFixture fixture)
    {
        string text = File.ReadAllText(fixture.Recipe.Data[0]);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        // The corpus knows where its own cut fell: the held-out part has as many tokens as it says, the end included.
        string fact = fixture.Session.Facts.Single(fact => fact.Name == "held-out text").Value.Split(' ')[0];
        int count = int.Parse(fact.Replace(",", "", StringComparison.Ordinal));
        string tail = System.Text.Encoding.UTF8.GetString(bytes.AsSpan(bytes.Length - count));
        return [.. fixture.Session.Tokenizer.Encode(tail), fixture.Session.Tokenizer.EndOfText!.Value];
    }

    private static double WindowLoss(TextSessionFixture fixture, int[] tokens, int start, int length, int skip)
    {
        Batch batch = fixture.Session.Batch;
        batch.Sequences.Clear();
        batch.Sequences.Add(length);
        tokens.AsSpan(start, length).CopyTo(batch.Tokens);
        tokens.AsSpan(start + 1, length).CopyTo(batch.Targets);
        batch.Targets[..skip].Fill(-1);
        return ((TokenObjective)fixture.Session.Objective).SumLosses(batch, fixture.Session.Network.Forward(batch));
    }
}
