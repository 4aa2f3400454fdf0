using System.Text.Json;
using Polymath.Compute;

namespace Polymath.Learning.Tests;

/// <summary>A run that was stopped and resumed is the uninterrupted one, to the bit.</summary>
public sealed class ResumeTests : IDisposable
{
    private static readonly PatternRecipe Small = PatternRecipe.Small;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => ["adamw", "muon", "averaged", "acting", "accumulating"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void StoppedAfterAnyStepAndResumedTheStateIsTheSame(string kind)
    {
        PatternRecipe recipe = Recipe(kind);
        PatternTraining.Run(new PatternField(), recipe, _folder["whole"]);
        byte[] expected = PatternTraining.StateAt(_folder["whole"], 12);
        foreach (int stop in new[] { 1, 4, 6, 11 })
        {
            string path = _folder[$"stopped-{stop}"];
            TrainingOutcome stopped = Stop(recipe, path, stop);
            Assert.Equal((false, stop), (stopped.IsComplete, (int)stopped.Step));
            var observer = new RecordingObserver();
            TrainingOutcome resumed = PatternTraining.Resume(
                new PatternField(), path, new TrainingOptions { Observer = observer });
            Assert.True(resumed.IsComplete);
            Assert.Equal(stop, observer.Start!.ResumedStep);
            Assert.Equal(stop + 1, observer.Steps[0].Step);
            Assert.Empty(observer.Notes);
            Assert.Equal(expected, PatternTraining.StateAt(path, 12));
            Assert.Equal(MetricsWithoutTimes(_folder["whole"]), MetricsWithoutTimes(path));
        }
    }

    [Fact]
    public void WithTwoThreadsTheStateIsTheSame()
    {
        PatternTraining.Run(new PatternField(), Small, _folder["one"], threadCount: 1);
        PatternTraining.Run(new PatternField(), Small, _folder["two"], threadCount: 2);
        Assert.Equal(PatternTraining.StateAt(_folder["one"], 12), PatternTraining.StateAt(_folder["two"], 12));
    }

    [Fact]
    public void StepsAfterTheCheckpointAreNotTwiceInTheMetrics()
    {
        // Stopped by a bad loss at step 11, the run goes on from step 8; the metrics had come to step 10.
        var bad = new PatternField { Loss = (step, loss) => step == 11 ? double.NaN : loss };
        Assert.Throws<TrainingFailedException>(() => PatternTraining.Run(bad, Small, _folder["run"]));
        File.AppendAllText(_folder["run/metrics.jsonl"], "{\"step\":11,\"lo");
        PatternTraining.Resume(new PatternField(), _folder["run"]);
        PatternTraining.Run(new PatternField(), Small, _folder["whole"]);
        Assert.Equal(MetricsWithoutTimes(_folder["whole"]), MetricsWithoutTimes(_folder["run"]));
        Assert.Equal(PatternTraining.StateAt(_folder["whole"], 12), PatternTraining.StateAt(_folder["run"], 12));
    }

    [Fact]
    public void ADamagedCheckpointIsPassedOverAndTheResultIsTheSame()
    {
        PatternTraining.Run(new PatternField(), Small, _folder["whole"]);
        byte[] expected = PatternTraining.StateAt(_folder["whole"], 12);
        File.WriteAllText(_folder["whole/checkpoints/step-12/optimizer.safetensors"], "");
        var observer = new RecordingObserver();
        PatternTraining.Resume(new PatternField(), _folder["whole"], new TrainingOptions { Observer = observer });
        Assert.Contains("step-12 is damaged: optimizer.safetensors", observer.Notes[0], StringComparison.Ordinal);
        Assert.Equal(8, observer.Start!.ResumedStep);
        Assert.Equal(expected, PatternTraining.StateAt(_folder["whole"], 12));
    }

    [Fact]
    public void AnEarlierCheckpointCanBeAskedFor()
    {
        PatternTraining.Run(new PatternField(), Small, _folder["run"]);
        var observer = new RecordingObserver();
        PatternTraining.Resume(
            new PatternField(), _folder["run"], new TrainingOptions { Observer = observer, ResumeStep = 8 });
        Assert.Equal(9, observer.Steps[0].Step);
    }

    [Fact]
    public void ACompleteRunIsExaminedAgainWithoutASingleStep()
    {
        TrainingOutcome first = PatternTraining.Run(new PatternField(), Small, _folder["run"]);
        var observer = new RecordingObserver();
        TrainingOutcome again = PatternTraining.Resume(
            new PatternField(), _folder["run"], new TrainingOptions { Observer = observer });
        Assert.Empty(observer.Steps);
        Assert.Equal(first.Report!.Metrics, again.Report!.Metrics);
    }

    [Fact]
    public void ALongerBudgetGoesOnWhereTheRunEnded()
    {
        PatternTraining.Run(new PatternField(), Small, _folder["run"]);
        var observer = new RecordingObserver();
        TrainingOutcome outcome = PatternTraining.Resume(
            new PatternField(), _folder["run"], new TrainingOptions { Observer = observer }, "budget=16steps");
        Assert.Equal(16, outcome.Step);
        Assert.Equal(13, observer.Steps[0].Step);
        Assert.Empty(observer.Notes);
    }

    [Fact]
    public void AChangedRecipeIsSaid()
    {
        Stop(Small, _folder["run"], 5);
        var observer = new RecordingObserver();
        PatternTraining.Resume(
            new PatternField(), _folder["run"], new TrainingOptions { Observer = observer },
            "learning.learningRate=0.5");
        Assert.Contains("the recipe is another", Assert.Single(observer.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("network.width=32", "has shape")]
    [InlineData("network.layerCount=2", "holds no tensor")]
    [InlineData("learning.optimizer=Muon", "optimizer.safetensors")]
    [InlineData("learning.averageDecay=0.9", "average.safetensors")]
    public void AnotherShapeIsRefusedAndTheRunStaysAsItWas(string edit, string message)
    {
        Stop(Small, _folder["run"], 5);
        string recipe = File.ReadAllText(_folder["run/recipe.json"]);
        InvalidInputException fault = Assert.Throws<InvalidInputException>(
            () => PatternTraining.Resume(new PatternField(), _folder["run"], null, edit));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(recipe, File.ReadAllText(_folder["run/recipe.json"]));
        Assert.True(PatternTraining.Resume(new PatternField(), _folder["run"]).IsComplete);
    }

    [Fact]
    public void CancelledBeforeTheFirstStepARunCanStillBeResumed()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        TrainingOutcome outcome = PatternTraining.RunUntil(
            new PatternField(), Small, _folder["run"], null, cancellation.Token);
        Assert.Equal((0, null), (outcome.Step, outcome.CheckpointPath));
        Assert.True(PatternTraining.Resume(new PatternField(), _folder["run"]).IsComplete);
    }

    private static PatternRecipe Recipe(string kind) => kind switch
    {
        "muon" => Small with { Learning = Small.Learning with { Optimizer = OptimizerKind.Muon } },
        "averaged" => Small with { Learning = Small.Learning with { AverageDecay = 0.8f } },
        "acting" => Small with { IsActing = true },
        "accumulating" => Small with { Learning = Small.Learning with { Accumulation = 3 } },
        _ => Small,
    };

    private static TrainingOutcome Stop(PatternRecipe recipe, string path, int step)
    {
        using var cancellation = new CancellationTokenSource();
        var observer = new RecordingObserver
        {
            Stepped = done =>
            {
                if (done == step)
                {
                    cancellation.Cancel();
                }
            },
        };
        return PatternTraining.RunUntil(
            new PatternField(), recipe, path, new TrainingOptions { Observer = observer }, cancellation.Token);
    }

    /// <summary>Steps, losses and examinations, which do not depend on the clock.</summary>
    private static string[] MetricsWithoutTimes(string path) =>
        [.. File.ReadLines(Path.Combine(path, "metrics.jsonl")).Select(line =>
        {
            JsonElement root = JsonDocument.Parse(line).RootElement;
            return string.Join(' ', root.EnumerateObject()
                .Where(part => part.Name is "step" or "loss" or "gradientNorm" or "examination" or "metrics")
                .Select(part => $"{part.Name}={part.Value.GetRawText()}"));
        })];
}
