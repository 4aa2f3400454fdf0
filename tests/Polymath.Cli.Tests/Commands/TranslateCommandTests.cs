using System.Text;
using System.Text.Json;
using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

/// <summary>Translation from the command line: what serves text serves it unchanged.</summary>
public sealed class TranslateCommandTests(TranslateCommandTests.TrainedTranslator run)
    : IClassFixture<TranslateCommandTests.TrainedTranslator>
{
    private static readonly string[] English =
        ["house", "river", "garden", "stone", "winter", "bread", "morning", "teacher", "window", "silver"];

    private static readonly string[] Spanish =
        ["casa", "fluvio", "jardín", "piedra", "invierno", "pan", "mañana", "maestra", "ventana", "plata"];

    [Fact]
    public void HeldOutSentencesAreTranslated()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(run.Workplace["run", "report.json"]));
        JsonElement root = report.RootElement;
        Assert.Equal("translation", root.GetProperty("field").GetString());
        Assert.InRange(root.GetProperty("metrics").GetProperty("bleu_en-es").GetDouble(), 50, 100.1);
        Assert.InRange(root.GetProperty("metrics").GetProperty("chrf_en-es").GetDouble(), 80, 100.1);
        Assert.Contains(
            root.GetProperty("references").EnumerateArray(),
            reference => reference.GetProperty("name").GetString() == "copying the source");
        Assert.Contains("BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp", run.Result.Output, StringComparison.Ordinal);
        Assert.Contains("translate a text: polymath translate run", run.Result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextsAreTranslatedLineByLine()
    {
        const string text = "stone morning silver\n\nsilver bread river teacher", expected = "piedra mañana plata\n\nplata pan fluvio maestra\n";
        run.Workplace.Write("text.txt", Encoding.UTF8.GetBytes(text + "\n"));
        Assert.Equal(expected, (await run.Workplace.RunAsync("translate", "run", text, "--to", "es")).Succeeded().Output);
        Assert.Equal(
            expected,
            (await run.Workplace.RunAsync("translate", "run", "--file", "text.txt", "--from", "en", "--beam", "1")).Succeeded().Output);
        Assert.Equal(expected, (await run.Workplace.RunWithInputAsync(text, "translate", "run", "--to", "es")).Succeeded().Output);
    }

    [Fact]
    public async Task WhatIsUnknownOrTooLongIsRefused()
    {
        Workplace place = run.Workplace;
        (await place.RunAsync("translate", "run", "x", "--to", "fr")).Refused("unknown language 'fr'", "this run writes: es");
        (await place.RunAsync("translate", "run", "x", "--to", "es", "--from", "de")).Refused("unknown direction 'de-es'", "en-es");
        (await place.RunAsync("translate", "run", "x", "--beam", "99")).Refused("the beam is 99");
        (await place.RunAsync("translate", "run", new string('x', 200), "--to", "es")).Refused("has", "tokens, expected at most");
        place.Write("latin.txt", [(byte)'a', (byte)'\n', 0xE9, (byte)'\n']);
        (await place.RunAsync("translate", "run", "--file", "latin.txt")).Refused("latin.txt, line 2: is not UTF-8");
    }

    [Fact]
    public async Task BrokenPairsAreRefusedByFileAndLine()
    {
        using var place = new Workplace();
        place.Write("a.en", Encoding.UTF8.GetBytes("one\ntwo\n"));
        place.Write("a.es", Encoding.UTF8.GetBytes("uno\n"));
        place.Write("b.tsv", Encoding.UTF8.GetBytes("en\tes\none\n"));
        place.Write("pairs.tsv", Pairs());
        await place.RefusesAsync(["a.en has 2 lines and", "a.es has 1: line 2 has no partner"], "train", "translation", "a.en", "a.es");
        await place.RefusesAsync(["b.tsv, line 2: has 1 columns"], "train", "translation", "b.tsv");
        await place.RefusesAsync(
            ["directions: the data hold no pairs of en-fr, expected among en-es"],
            [.. Train("run", 2), "directions=en-fr"]);
        await place.RefusesAsync(["directions holds 'english'"], "train", "translation", "--set", "directions=english");
    }

    [Fact]
    public async Task AnInterruptedRunGoesOnToTheSameBits()
    {
        using var place = new Workplace();
        place.Write("pairs.tsv", Pairs());
        (await place.RunAsync([.. Train("whole", 12), "learning.examineEverySteps=6"])).Succeeded();
        (await place.RunAsync([.. Train("run", 12), "learning.examineEverySteps=6"])).Succeeded();
        Directory.Delete(place["run", "checkpoints", "step-12"], recursive: true);
        (await place.RunAsync("train", "--resume", "run", "--threads", "2")).Succeeded();
        place.HasSameCheckpoints("whole", "run", 12);
    }

    private static string[] Train(string folder, int steps) =>
    [
        "train", "translation", "pairs.tsv", "--out", folder, "--budget", $"{steps}steps", "--threads", "1", "--set",
        "network.layerCount=2", "network.width=48", "network.headCount=2", "network.contextLength=48", "batchRows=384",
        "vocabularySize=300", "heldOutShare=0.1",
    ];

    // Sentences of three to five of ten words, translated word by word.
    private static byte[] Pairs()
    {
        var text = new StringBuilder("en\tes\n");
        for (int number = 0; number < 600; number++)
        {
            int[] words = [.. Enumerable.Range(0, 3 + (number % 3))
                .Select(place => ((number * 7) + (place * (3 + (number % 7))) + (number * number / 11)) % English.Length)];
            text.Append(string.Join(' ', words.Select(word => English[word]))).Append('\t')
                .Append(string.Join(' ', words.Select(word => Spanish[word]))).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>One short run that the tests look at.</summary>
    public sealed class TrainedTranslator : IAsyncLifetime
    {
        /// <summary>Where it lies.</summary>
        public Workplace Workplace { get; } = new();

        internal CommandResult Result { get; private set; } = null!;

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            Workplace.Write("pairs.tsv", Pairs());
            Result = await Workplace.RunAsync([.. Train("run", 300), "learning.examineEverySteps=100"]);
            Result.Succeeded();
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync()
        {
            Workplace.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
