using Polymath.Networks;

namespace Polymath.Fields.Tests.Text;

/// <summary>Windows are real stretches of the training text, keyed by seed, step and micro-batch.</summary>
public sealed class TextExperienceTests
{
    [Fact]
    public void TargetsAreTheTokensThatFollow()
    {
        using var fixture = new TextSessionFixture();
        string training = File.ReadAllText(fixture.Recipe.Data[0]);
        Batch batch = fixture.Session.Batch;
        fixture.Session.Experience.Fill(batch, step: 4, microBatch: 0);
        Assert.Equal(3, batch.Sequences.SequenceCount);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(training);
        for (int row = 0; row < batch.RowCount; row += 10)
        {
            byte[] window = [.. batch.Tokens.Slice(row, 10).ToArray().Select(token => (byte)token)];
            int place = bytes.AsSpan().IndexOf(window);
            Assert.True(place >= 0, "the window is no stretch of the text");
            Assert.Equal(batch.Tokens[(row + 1)..(row + 10)].ToArray(), batch.Targets[row..(row + 9)].ToArray());
        }
    }

    [Fact]
    public void TheSameStepGivesTheSameWindowsAndOthersOthers()
    {
        using var fixture = new TextSessionFixture();
        int[] first = Tokens(fixture, 7, 0);
        Assert.Equal(first, Tokens(fixture, 7, 0));
        Assert.NotEqual(first, Tokens(fixture, 8, 0));
        Assert.NotEqual(first, Tokens(fixture, 7, 1));
    }

    [Fact]
    public void IsolatedDocumentsEndWithTheirEnd()
    {
        using var folder = new TemporaryTexts(60);
        using var fixture = new TextSessionFixture(recipe => recipe with { IsolateDocuments = true, Data = [folder.Path] });
        int end = fixture.Session.Tokenizer.EndOfText!.Value;
        Batch batch = fixture.Session.Batch;
        int splits = 0;
        for (int step = 0; step < 50; step++)
        {
            fixture.Session.Experience.Fill(batch, step, 0);
            Assert.Equal(30, batch.RowCount);
            splits += CheckSequences(batch, end);
        }

        Assert.True(splits > 20, "no window held the end of a document");
    }

    private static unsafe int CheckSequences(Batch batch, int end)
    {
        int splits = 0;
        for (int sequence = 0; sequence < batch.Sequences.SequenceCount; sequence++)
        {
            int start = batch.Sequences.Starts[sequence], length = batch.Sequences.Lengths[sequence];
            ReadOnlySpan<int> tokens = batch.Tokens.Slice(start, length);
            Assert.DoesNotContain(end, tokens[..^1].ToArray());
            if (tokens[^1] == end)
            {
                Assert.Equal(-1, batch.Targets[start + length - 1]);
                splits++;
            }
        }

        return splits;
    }

    private static int[] Tokens(TextSessionFixture fixture, long step, int microBatch)
    {
        fixture.Session.Experience.Fill(fixture.Session.Batch, step, microBatch);
        return fixture.Session.Batch.Tokens.ToArray();
    }

    /// <summary>A folder of short texts, all different.</summary>
    private sealed class TemporaryTexts : IDisposable
    {
        public TemporaryTexts(int count)
        {
            for (int index = 0; index < count; index++)
            {
                string name = System.IO.Path.Combine(Path, $"{index:00}.txt");
                File.WriteAllText(name, $"text {index} of many, {index * index} long");
            }
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("polymath-texts-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
