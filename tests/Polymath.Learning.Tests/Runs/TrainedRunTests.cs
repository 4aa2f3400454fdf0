using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Learning.Tests;

/// <summary>A run is read while another process may train it.</summary>
public sealed class TrainedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    private string RunPath => _folder["run"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ACheckpointThatIsRetiredWhileTheDataArePreparedIsNotMissed()
    {
        PatternTraining.Run(new PatternField(), PatternRecipe.Small, RunPath);
        string checkpoints = Path.Combine(RunPath, "checkpoints");
        var field = new PatternField
        {
            Opening = _ => Directory.Delete(Path.Combine(checkpoints, "step-12"), recursive: true),
        };
        Assert.Equal(8, Read(field));
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task ARunIsReadWhileItsCheckpointsComeAndGo()
    {
        PatternRecipe recipe = PatternRecipe.Small with
        {
            Budget = "120steps",
            Learning = PatternRecipe.Small.Learning with { ExamineEverySteps = 1, KeepLast = 1 },
        };
        Task training = Task.Run(
            () => PatternTraining.Run(new PatternField(), recipe, RunPath), TestContext.Current.CancellationToken);
        var checkpoints = new CheckpointStore(Path.Combine(RunPath, "checkpoints"));
        int readCount = 0;
        while (!training.IsCompleted)
        {
            if (checkpoints.Steps.Count > 0)
            {
                Read(new PatternField());
                readCount++;
            }
        }

        await training;
        Assert.True(readCount > 0);
        Assert.Empty(_notes);
    }

    [Fact]
    public void ADamagedCheckpointIsSaidOnceAndPassedOver()
    {
        PatternTraining.Run(new PatternField(), PatternRecipe.Small, RunPath);
        string file = Path.Combine(RunPath, "checkpoints", "step-12", StateFile.ParametersName);
        byte[] content = File.ReadAllBytes(file);
        content[^1] ^= 1;
        File.WriteAllBytes(file, content);
        Assert.Equal(8, Read(new PatternField()));
        Assert.Contains("step-12 is damaged", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void ARunWithoutCheckpointsIsRefusedBeforeDataArePrepared()
    {
        var field = new PatternField { Opening = _ => Assert.Fail("the data are prepared") };
        using (RunFolder folder = RunFolder.Create(RunPath))
        {
            folder.WriteRecipe(field, PatternRecipe.Small);
        }

        InvalidInputException fault = Assert.Throws<InvalidInputException>(() => Read(field));
        Assert.Contains("holds no checkpoint yet", fault.Message, StringComparison.Ordinal);
    }

    private long Read(PatternField field)
    {
        using Kernels kernels = CpuKernels.Create(InstructionSets.Chosen, 1);
        using RunFolder folder = RunFolder.Open(RunPath);
        using TrainedRun run = TrainedRun.Open(field, folder, kernels, SessionPurpose.Inference, _notes.Add);
        return run.Checkpoint.Step;
    }
}
