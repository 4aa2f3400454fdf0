using Polymath.Compute;

namespace Polymath.Learning.Tests;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PatternField _field = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AFolderBecomesARunWithItsRecipe()
    {
        using RunFolder folder = RunFolder.Create(_folder["a/b"]);
        Assert.False(RunFolder.IsRun(folder.Path));
        folder.WriteRecipe(_field, PatternRecipe.Small with { Seed = 5 });
        Assert.True(RunFolder.IsRun(folder.Path));
        Assert.Equal("b", folder.Name);
        Assert.Equal(PatternField.FieldName, folder.ReadField());
        Assert.Equal(5ul, folder.ReadRecipe(_field).Seed);
        Assert.Equal(6ul, folder.ReadRecipe(_field, ["seed=6"]).Seed);
    }

    [Fact]
    public void WithoutARecipeNothingIsLeft()
    {
        using (RunFolder folder = RunFolder.Create(_folder["run"]))
        {
            File.WriteAllText(Path.Combine(folder.Path, "tokenizer.json"), "{}");
        }

        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void WithoutARecipeTheFoldersMadeAboveItGoToo()
    {
        RunFolder.Create(_folder["a/b/run"]).Dispose();
        Assert.False(Directory.Exists(_folder["a"]));
        Directory.CreateDirectory(_folder["a"]);
        using (RunFolder.Create(_folder["a/b/run"]))
        {
            File.WriteAllText(_folder["a/b/thesis.txt"], "mine");
        }

        Assert.False(Directory.Exists(_folder["a/b/run"]));
        Assert.True(File.Exists(_folder["a/b/thesis.txt"]));
    }

    [Fact]
    public void AFolderWithOtherThingsIsRefusedAndLeftAlone()
    {
        File.WriteAllText(_folder["thesis.txt"], "mine");
        Assert.Contains("is not empty", Refusal(() => RunFolder.Create(_folder.Path)), StringComparison.Ordinal);
        Assert.Contains("is a file", Refusal(() => RunFolder.Create(_folder["thesis.txt"])), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["thesis.txt"]));
    }

    [Fact]
    public void AnExistingRunIsNotMadeAnew()
    {
        MakeRun();
        string refusal = Refusal(() => RunFolder.Create(_folder["run"]));
        Assert.Contains("holds a run already", refusal, StringComparison.Ordinal);
        Assert.True(RunFolder.IsRun(_folder["run"]));
    }

    [Fact]
    public void OnlyARunCanBeResumedOrOpened()
    {
        Assert.Contains("does not exist", Refusal(() => RunFolder.Resume(_folder["none"])), StringComparison.Ordinal);
        Assert.Contains("holds no run", Refusal(() => RunFolder.Open(_folder.Path)), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder[".lock"]));
    }

    [Fact]
    public void TwoCannotTrainTheSameRunAndAnyoneMayRead()
    {
        MakeRun();
        using (RunFolder.Resume(_folder["run"]))
        {
            Assert.Contains(
                "is being trained by another process", Refusal(() => RunFolder.Resume(_folder["run"])),
                StringComparison.Ordinal);
            using RunFolder reader = RunFolder.Open(_folder["run"]);
            Assert.Throws<InvalidOperationException>(() => reader.WriteRecipe(_field, PatternRecipe.Small));
        }

        RunFolder.Resume(_folder["run"]).Dispose();
    }

    [Fact]
    public void WhatAKilledPreparationLeftCanBeUsedAgainAndIsNotDeleted()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run/.lock"], "");
        File.WriteAllText(_folder["run/tokenizer.json"], "{}");
        RunFolder.Create(_folder["run"]).Dispose();
        Assert.True(File.Exists(_folder["run/tokenizer.json"]));
    }

    [Fact]
    public void AnUnwritablePlaceIsNamed() => Assert.Contains(
        "/proc/run cannot be written", Refusal(() => RunFolder.Create("/proc/run")), StringComparison.Ordinal);

    private static string Refusal(Func<RunFolder> open) =>
        Assert.Throws<InvalidInputException>(() => open().Dispose()).Message;

    private void MakeRun()
    {
        using RunFolder folder = RunFolder.Create(_folder["run"]);
        folder.WriteRecipe(_field, PatternRecipe.Small);
    }
}
