using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Polymath.Compute;

namespace Polymath.Learning.Tests;

public sealed class TrainingTests : IDisposable
{
    private static readonly PatternRecipe Small = PatternRecipe.Small;

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingObserver _observer = new();

    private string RunPath => _folder["run"];

    private TrainingOptions Options => new() { Observer = _observer, PeakFlopsPerSecond = 1e9 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunLeavesEverythingInItsFolder()
    {
        TrainingOutcome outcome = PatternTraining.Run(new PatternField(), Small, RunPath, Options);
        Assert.True(outcome.IsComplete);
        Assert.Equal(12, outcome.Step);
        foreach (string name in new[]
        {
            "recipe.json", "metrics.jsonl", "report.md", "report.json", "loss.png", "samples/sample.txt",
            "checkpoints/step-12/manifest.json", "checkpoints/step-12/parameters.safetensors",
        })
        {
            Assert.True(new FileInfo(Path.Combine(RunPath, name)) is { Exists: true, Length: > 0 }, name);
        }

        Assert.Single(Directory.EnumerateFiles(RunPath, "events.out.tfevents.*"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], StepsInMetrics());
        Assert.Equal([4, 8, 12, 12], _observer.Examinations.Select(examination => examination.Step));
        Assert.True(_observer.Examinations[^1].IsFinal);
    }

    [Fact]
    public void TheReportHasItsStableShape()
    {
        PatternTraining.Run(new PatternField(), Small, RunPath, Options);
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(Path.Combine(RunPath, "report.json")));
        JsonElement root = report.RootElement;
        Assert.Equal(
            ["field", "run", "metrics", "references", "tables", "compute"], root.EnumerateObject().Select(part => part.Name));
        Assert.Equal("pattern", root.GetProperty("field").GetString());
        Assert.Equal(RunPath, root.GetProperty("run").GetString());
        Assert.Equal("nats", root.GetProperty("metrics").EnumerateObject().First().Name);
        Assert.Equal("chance", root.GetProperty("references")[0].GetProperty("name").GetString());
        JsonElement compute = root.GetProperty("compute");
        double operations = compute.GetProperty("operations").GetDouble();
        Assert.Equal(operations / 8.64e19, compute.GetProperty("petaflopDays").GetDouble());
        Assert.Equal(12 * 32, compute.GetProperty("rows").GetInt64());
        Assert.Equal(_observer.Start!.Memory.TotalBytes, compute.GetProperty("plannedMemoryBytes").GetInt64());
    }

    [Fact]
    public void StepsAreReportedWithRatesAndTimeLeft()
    {
        var clock = new FakeTimeProvider();
        var field = new PatternField { Filling = _ => clock.Advance(TimeSpan.FromSeconds(2)) };
        PatternTraining.Run(field, Small, RunPath, Options with { Clock = clock });
        StepReport last = _observer.Steps[8];
        Assert.Equal((9, 12), (last.Step, last.TotalSteps));
        Assert.Equal(16, last.RowsPerSecond, 1e-9);
        Assert.Equal(TimeSpan.FromSeconds(18), last.LearningTime);
        Assert.Equal(TimeSpan.FromSeconds(6), last.TimeLeft);
        Assert.Equal(last.FlopsPerSecond / 1e9, last.ShareOfPeak);
        Assert.Equal(1e-2 * 0.1, _observer.Steps[^1].LearningRate, 1e-9);
    }

    [Fact]
    public void ATimeBudgetBecomesStepsAndTheirNumberIsKeptForResuming()
    {
        var clock = new FakeTimeProvider();
        var field = new PatternField { Filling = _ => clock.Advance(TimeSpan.FromSeconds(1)) };
        TrainingOutcome outcome = PatternTraining.Run(
            field, Small with { Budget = "1m" }, RunPath, Options with { Clock = clock });
        Assert.Equal(60, outcome.Step);
        Assert.Equal(60, Checkpoint.Open(outcome.CheckpointPath!).Manifest.TotalSteps);
        Assert.Equal(0, _observer.Steps[0].TotalSteps);
        Assert.Equal(60, _observer.Steps[10].TotalSteps);
    }

    [Fact]
    public void AMachineThatBecomesSlowerIsStoppedSlightlyPastTheTime()
    {
        var clock = new FakeTimeProvider();
        var field = new PatternField { Filling = step => clock.Advance(TimeSpan.FromSeconds(step < 20 ? 1 : 5)) };
        TrainingOutcome outcome = PatternTraining.Run(
            field, Small with { Budget = "1m" }, RunPath, Options with { Clock = clock });
        Assert.True(outcome.IsComplete);
        Assert.Equal(20 + (60 / 5), outcome.Step); // 20 s, then 60 s more are past 1.25 minutes
        Assert.Contains(_observer.Notes, note => note.Contains("became slower", StringComparison.Ordinal));
    }

    [Fact]
    public void AnOperationsBudgetIsDividedByTheCountedOperationsOfAStep()
    {
        PatternTraining.Run(new PatternField(), Small with { Budget = "1step" }, RunPath);
        double operations = Checkpoint.Open(Path.Combine(RunPath, "checkpoints", "step-1")).Manifest.Operations;
        TrainingOutcome outcome = PatternTraining.Run(
            new PatternField(), Small with { Budget = $"{operations * 7.5}flop" }, _folder["other"]);
        Assert.Equal(7, outcome.Step);
    }

    [Fact]
    public void AFastDevelopmentRunWritesEverythingInThreeSteps()
    {
        TrainingOutcome outcome = PatternTraining.Run(
            new PatternField(), Small with { Budget = "9h" }, RunPath, Options with { FastDevelopmentRun = true });
        Assert.Equal(3, outcome.Step);
        Assert.All(_observer.Examinations, examination => Assert.Equal(ExaminationDepth.Quick, examination.Depth));
        Assert.True(File.Exists(Path.Combine(RunPath, "report.md")));
        Assert.True(File.Exists(Path.Combine(RunPath, "loss.png")));
    }

    [Fact]
    public void TheBestCheckpointIsKeptExaminedAndOpened()
    {
        // Examined at steps 4, 8, 12, 16, 20: the second is best, the fourth is no number.
        double[] values = [0.9, 0.2, 0.8, double.NaN, 0.5];
        var field = new PatternField
        {
            Metric = (step, value) => step % 4 == 0 && step <= 20 ? values[(step / 4) - 1] : value,
        };
        PatternRecipe recipe = Small with { Budget = "20steps", Learning = Small.Learning with { KeepLast = 1 } };
        TrainingOutcome outcome = PatternTraining.Run(field, recipe, RunPath, Options);
        var store = new CheckpointStore(Path.Combine(RunPath, "checkpoints"));
        Assert.Equal([20, 8], store.Steps);
        Assert.EndsWith("step-8", outcome.CheckpointPath);
        Assert.Equal(
            [true, true, false, false, false, false],
            _observer.Examinations.Select(examination => examination.IsBest));
    }

    [Fact]
    public void ALossThatIsNoNumberEndsTheRunAndNamesTheLastGoodCheckpoint()
    {
        var field = new PatternField { Loss = (step, loss) => step == 11 ? double.NaN : loss };
        TrainingFailedException fault = Assert.Throws<TrainingFailedException>(
            () => PatternTraining.Run(field, Small, RunPath, Options));
        Assert.Equal(
            $"the loss is NaN at step 11; the last good checkpoint is {Path.Combine(RunPath, "checkpoints", "step-8")}",
            fault.Message);
        Assert.Equal(8, new CheckpointStore(Path.Combine(RunPath, "checkpoints")).OpenNewest(Assert.Fail)!.Step);
    }

    [Fact]
    public void ADiskThatFailsEndsTheRunAndKeepsWhatWasThere()
    {
        // Nothing can be created in a folder that has become a file.
        string checkpoints = Path.Combine(RunPath, "checkpoints"), moved = _folder["moved"];
        var observer = new RecordingObserver
        {
            Stepped = step =>
            {
                if (step == 6)
                {
                    Directory.Move(checkpoints, moved);
                    File.WriteAllText(checkpoints, "");
                }
            },
        };
        TrainingFailedException fault = Assert.Throws<TrainingFailedException>(
            () => PatternTraining.Run(new PatternField(), Small, RunPath, new TrainingOptions { Observer = observer }));
        Assert.Contains($"cannot write to {RunPath}", fault.Message, StringComparison.Ordinal);
        Assert.Contains("the last good checkpoint is", fault.Message, StringComparison.Ordinal);
        Assert.Equal([4], new CheckpointStore(moved).Steps);
    }

    [Fact]
    public void BadDataLeaveNoRun()
    {
        var field = new PatternField
        {
            Opening = path =>
            {
                File.WriteAllText(Path.Combine(path, "tokenizer.json"), "{}");
                throw new InvalidInputException("the data are too small");
            },
        };
        Assert.Throws<InvalidInputException>(() => PatternTraining.Run(field, Small, RunPath));
        Assert.False(Directory.Exists(RunPath));
    }

    [Fact]
    public void AStepOfARunAllocatesNothing()
    {
        long allocated = 0, afterwards = 0;
        var quiet = new QuietObserver
        {
            Stepped = step =>
            {
                allocated = step == 50 ? GC.GetTotalAllocatedBytes(precise: true) : allocated;
                afterwards = step == 90 ? GC.GetTotalAllocatedBytes(precise: true) : afterwards;
            },
        };
        PatternRecipe recipe = Small with
        {
            Budget = "100steps", Learning = Small.Learning with { ExamineEverySteps = 100 },
        };
        PatternTraining.Run(new PatternField(), recipe, RunPath, new TrainingOptions { Observer = quiet });
        Assert.True(allocated > 0);
        Assert.Equal(allocated, afterwards);
    }

    [Fact]
    public void ATrainedRunIsOpenedWithItsBestParametersAndExaminedAlike()
    {
        var field = new PatternField();
        PatternRecipe recipe = Small with { Learning = Small.Learning with { AverageDecay = 0.9f } };
        TrainingOutcome outcome = PatternTraining.Run(field, recipe, RunPath, Options);
        using Kernels kernels = Compute.Cpu.CpuKernels.Create(Compute.Cpu.InstructionSets.Chosen, 1);
        using RunFolder folder = RunFolder.Open(RunPath);
        using TrainedRun run = TrainedRun.Open(field, folder, kernels, SessionPurpose.Examination, Assert.Fail);
        RunReport report = run.Examine(ExaminationDepth.Full, TestContext.Current.CancellationToken);
        Assert.Equal(outcome.Report!.Metrics, report.Metrics);
        Assert.Equal(outcome.Report.Compute.Operations, report.Compute.Operations);
    }

    private long[] StepsInMetrics() =>
        [.. File.ReadLines(Path.Combine(RunPath, "metrics.jsonl"))
            .Where(line => line.Contains("\"loss\"", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt64())];

    private sealed class QuietObserver : ITrainingObserver
    {
        public required Action<long> Stepped { get; init; }

        public void OnStep(in StepReport report) => Stepped(report.Step);
    }
}
