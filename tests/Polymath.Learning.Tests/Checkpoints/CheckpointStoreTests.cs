using System.Runtime.InteropServices;
using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning.Tests;

public sealed unsafe class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryPlan _plan = new();
    private readonly ParameterStore _parameters = new();
    private readonly StateFile _file;

    public CheckpointStoreTests()
    {
        _parameters.Add(new("first", 30, 7, ParameterRole.Weight, 0, 1));
        _parameters.Add(new("second", 5, 1, ParameterRole.Vector, 0, 1));
        _parameters.Reserve(_plan, training: false);
        _plan.Commit();
        _file = StateFile.OfParameters(StateFile.ParametersName, _parameters, _parameters.Values);
    }

    private string Folder => _folder["checkpoints"];

    public void Dispose()
    {
        _plan.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void ASavedCheckpointGivesBackEveryBit()
    {
        float[] saved = Save(new CheckpointStore(Folder), 3);
        _parameters.Initialize(99);
        Checkpoint checkpoint = new CheckpointStore(Folder).OpenNewest(Unexpected)!;
        Assert.Equal(3, checkpoint.Step);
        checkpoint.LoadParameters(_parameters);
        Assert.Equal(saved, Values());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void AFailureAtAnyOperationLosesNothing(bool isKilled, bool isReplacing)
    {
        int failing = 0;
        for (bool fails = true; fails; failing++)
        {
            string folder = _folder[$"{isKilled}-{failing}"];
            float[] first = Save(new CheckpointStore(folder), 1);
            float[] second = isReplacing ? Save(new CheckpointStore(folder), 2) : [];
            var storage = new FaultyStorage(failing, isKilled);
            fails = !TrySave(new CheckpointStore(folder, storage), 2, seed: 77, out float[] third);

            // A process that trains the run again clears up first.
            var store = new CheckpointStore(folder);
            store.Clean();
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder, ".*"));
            Checkpoint newest = store.OpenNewest(Unexpected)!;
            newest.LoadParameters(_parameters);
            float[][] allowed = isReplacing ? [second, third] : [first, third];
            Assert.Contains(Values(), allowed);
            Assert.True(fails || newest.Step == 2);
            store.Open(1).LoadParameters(_parameters);
            Assert.Equal(first, Values());
        }

        // As many points were tried as saving has operations: folders, files, writes, synchronising, renaming.
        Assert.True(failing > 12, $"only {failing} operations were seen");
    }

    [Fact]
    public void AFullDiskLeavesNoHalfCheckpoint()
    {
        Save(new CheckpointStore(Folder), 1);
        Assert.False(TrySave(new CheckpointStore(Folder, new FaultyStorage(4, isKilled: false)), 2, seed: 5, out _));
        Assert.Equal(["step-1"], Directory.EnumerateFileSystemEntries(Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void TheLastAndTheBestAreKept()
    {
        var store = new CheckpointStore(Folder);
        for (int step = 1; step <= 9; step++)
        {
            Save(store, step, best: step >= 3 ? 3 : step, keepLast: 2);
        }

        Assert.Equal([9, 8, 3], store.Steps);
        Assert.Equal(3, store.OpenBest(Unexpected).Step);
    }

    [Fact]
    public void StepsOfAGivenUpContinuationGo()
    {
        var store = new CheckpointStore(Folder);
        foreach (int step in new[] { 10, 20, 30 })
        {
            Save(store, step, keepLast: 3);
        }

        Save(store, 15, keepLast: 3);
        Assert.Equal([15, 10], store.Steps);
    }

    [Theory]
    [InlineData(StateFile.ParametersName, 20)] // in the header
    [InlineData(StateFile.ParametersName, -3)] // in the data
    [InlineData(CheckpointManifest.FileName, 5)]
    [InlineData(CheckpointManifest.FileName, 120)]
    [InlineData(CheckpointManifest.FileName, -20)]
    public void AChangedByteIsNoticedAndTheOneBeforeIsTaken(string name, int offset)
    {
        var store = new CheckpointStore(Folder);
        float[] first = Save(store, 1);
        Save(store, 2);
        Change(Path.Combine(store.PathOf(2), name), offset);
        List<string> notes = [];
        Checkpoint newest = store.OpenNewest(notes.Add)!;
        Assert.Equal(1, newest.Step);
        newest.LoadParameters(_parameters);
        Assert.Equal(first, Values());
        string note = Assert.Single(notes);
        Assert.Contains("step-2 is damaged", note, StringComparison.Ordinal);
        Assert.Contains(name, note, StringComparison.Ordinal);

        // Asked for by its step, it is refused.
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => store.Open(2));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingOrShortFileIsDamage()
    {
        var store = new CheckpointStore(Folder);
        Save(store, 1);
        Save(store, 2);
        File.Delete(Path.Combine(store.PathOf(1), StateFile.ParametersName));
        using (FileStream stream = File.OpenWrite(Path.Combine(store.PathOf(2), StateFile.ParametersName)))
        {
            stream.SetLength(stream.Length - 1);
        }

        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => store.OpenNewest(_ => { }));
        Assert.Contains("is damaged", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingStepIsNamedBesideThoseThatAreThere()
    {
        var store = new CheckpointStore(Folder);
        Save(store, 4);
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => store.Open(5));
        Assert.Contains("no checkpoint of step 5; there are 4", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutCheckpointsThereIsNoNewestAndNoBest()
    {
        var store = new CheckpointStore(Folder);
        Assert.Null(store.OpenNewest(Unexpected));
        Assert.Throws<InvalidInputException>(() => store.OpenBest(Unexpected));
    }

    [Theory]
    [InlineData("first", 30, 8, "'first' has shape [30, 7], expected [30, 8]")]
    [InlineData("other", 30, 7, "holds 'first', which this recipe's network or optimiser does not have")]
    public void AnotherShapeIsRefusedByTheParametersName(string name, int rows, int columns, string message)
    {
        Save(new CheckpointStore(Folder), 1);
        using var plan = new MemoryPlan();
        var other = new ParameterStore();
        other.Add(new(name, rows, columns, ParameterRole.Weight, 0, 1));
        other.Add(new("second", 5, 1, ParameterRole.Vector, 0, 1));
        other.Reserve(plan, training: false);
        plan.Commit();
        Checkpoint checkpoint = new CheckpointStore(Folder).OpenNewest(Unexpected)!;
        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => checkpoint.LoadParameters(other));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private float[] Save(CheckpointStore store, long step, long? best = null, int keepLast = 5)
    {
        _parameters.Initialize((ulong)step);
        store.Save(Manifest(step, best), [_file], [1, 2, 3], keepLast);
        return Values();
    }

    private bool TrySave(CheckpointStore store, long step, ulong seed, out float[] values)
    {
        _parameters.Initialize(seed);
        values = Values();
        try
        {
            store.Save(Manifest(step, null), [_file], [1, 2, 3], keepLast: 5);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static CheckpointManifest Manifest(long step, long? best) => new(
        CheckpointManifest.CurrentVersion, "pattern", "mark", "9steps", step, 9, 1.5, 100, 1e9, best, best,
        best is null ? null : 0.5, []);

    private static void Change(string path, int offset)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[offset < 0 ? bytes.Length + offset : offset] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private float[] Values() => MemoryMarshal
        .CreateReadOnlySpan(ref *_parameters.Values, (int)_parameters.FlatCount).ToArray();

    private static void Unexpected(string note) => Assert.Fail(note);
}
