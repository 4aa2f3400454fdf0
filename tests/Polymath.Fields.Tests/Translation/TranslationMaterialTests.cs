using System.Text;
using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Fields.Translation;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Tests.Translation;

/// <summary>Splits without leakage, and batches whose loss is on the target alone.</summary>
public sealed class TranslationMaterialTests : IDisposable
{
    private static readonly string[] Nouns = ["file", "folder", "project", "value", "option", "server", "module", "target"];
    private static readonly string[] Verbs = ["found", "opened", "written", "closed", "moved", "read"];

    private readonly string _folder = Directory.CreateTempSubdirectory("polymath-translation-").FullName;
    private readonly Kernels _kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
    private readonly MemoryPlan _plan = new();

    [Fact]
    public void NoKeyIsOnBothSides()
    {
        TranslationMaterial material = TranslationMaterial.Prepare(Recipe(), Context());
        HashSet<string> heldOut = [.. material.HeldOut.Select(pair => SentenceKey.Of(English(pair.Tokens, material)))];
        HashSet<string> training = [.. material.Training.Select(pair => SentenceKey.Of(English(pair, material)))];
        Assert.True(heldOut.Count >= 3 && training.Count >= 20, $"{heldOut.Count} and {training.Count} keys");
        Assert.Empty(heldOut.Intersect(training));

        // Both directions and all spellings of a sentence are on its side.
        Assert.Equal(2, material.HeldOut.Select(pair => pair.Pair.TargetLanguage).Distinct().Count());
        Assert.True(material.HeldOut.Count > heldOut.Count, "no near-duplicates were held out");
    }

    [Fact]
    public void OnlyTheTargetHasALoss()
    {
        TranslationSession session = Open();
        session.Experience.Fill(session.Batch, 0, 0);
        Batch batch = session.Batch;
        Assert.True(batch.Sequences.SequenceCount > 1, "one pair only");
        for (int sequence = 0; sequence < batch.Sequences.SequenceCount; sequence++)
        {
            Check(batch, sequence);
        }
    }

    [Fact]
    public void AnEpochHasEveryPairOnceAndTheSameStepTheSamePairs()
    {
        TranslationRecipe recipe = Recipe();
        TranslationSession session = Open();
        int count = TranslationMaterial.Prepare(recipe, Context()).Training.Count;
        var seen = new List<string>();
        for (int step = 0; seen.Count < count; step++)
        {
            seen.AddRange(Sequences(session, step));
        }

        // The pairs are distinct, so an epoch has no text twice.
        Assert.Equal(count, seen.Take(count).Distinct().Count());
        Assert.Equal(Sequences(session, 3), Sequences(Open(), 3));
        Assert.NotEqual(Sequences(session, 3), Sequences(session, 4));
    }

    public void Dispose()
    {
        _plan.Dispose();
        _kernels.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static unsafe void Check(Batch batch, int sequence)
    {
        int start = batch.Sequences.Starts[sequence], length = batch.Sequences.Lengths[sequence];
        int prefix = batch.Sequences.Prefixes[sequence];
        Assert.InRange(prefix, 3, length - 1);
        Assert.All(batch.Targets.Slice(start, prefix - 1).ToArray(), target => Assert.Equal(-1, target));
        Assert.Equal(
            batch.Tokens[(start + prefix)..(start + length)].ToArray(),
            batch.Targets[(start + prefix - 1)..(start + length - 1)].ToArray());
    }

    private static unsafe List<string> Sequences(TranslationSession session, int step)
    {
        session.Experience.Fill(session.Batch, step, 0);
        SequenceLayout layout = session.Batch.Sequences;
        return [.. Enumerable.Range(0, layout.SequenceCount).Select(sequence => string.Join(
            ' ', session.Batch.Tokens.Slice(layout.Starts[sequence], layout.Lengths[sequence]).ToArray()))];
    }

    private static string English(TokenPair pair, TranslationMaterial material)
    {
        bool isToSpanish = pair.Prefix[0] == material.Tokens.TagOf("es");
        return material.Tokens.Tokenizer.Decode(isToSpanish ? pair.Prefix : pair.Target, skipSpecial: true);
    }

    private TranslationSession Open()
    {
        var plan = new MemoryPlan();
        var session = (TranslationSession)new TranslationField().Open(Recipe(), Context() with { Plan = plan });
        plan.Commit();
        return session;
    }

    private SessionContext Context()
    {
        string path = Path.Combine(_folder, "pairs.tsv");
        var text = new StringBuilder("en\tes\n");
        foreach (string noun in Nouns)
        {
            foreach (string verb in Verbs)
            {
                text.Append($"The {noun} '{{0}}' cannot be {verb}.\tEl {noun}o '{{0}}' no puede ser {verb}o.\n");
                text.Append($"Error 12: the {noun} cannot be {verb}!\tError 12: el {noun}o no puede ser {verb}o.\n");
                text.Append($"Error 7: {noun} cannot be {verb}\tError 7: {noun}o no puede ser {verb}o\n");
            }
        }

        File.WriteAllText(path, text.ToString());
        return new SessionContext(_kernels, _plan, _folder, SessionPurpose.Training, _ => { });
    }

    private TranslationRecipe Recipe() => new()
    {
        Data = [Path.Combine(_folder, "pairs.tsv")],
        Directions = ["en-es", "es-en"],
        HeldOutShare = 0.2f,
        VocabularySize = 300,
        BatchRows = 256,
        Network = new TrunkRecipe { LayerCount = 1, Width = 16, HeadCount = 2, ContextLength = 96 },
    };
}
