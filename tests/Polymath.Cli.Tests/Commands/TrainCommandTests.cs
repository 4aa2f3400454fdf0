using Polymath.Cli.Tests.Fixtures;

namespace Polymath.Cli.Tests.Commands;

public sealed class TrainCommandTests(TrainedRun run)
{
    [Fact]
    public void ARunLeavesAllThatItPromises()
    {
        string[] files =
        [
            "recipe.json", "metrics.jsonl", "tokenizer.json", "report.md", "report.json", "loss.png",
            "samples/samples.txt", $"checkpoints/step-{TrainedRun.Steps}/manifest.json",
            $"checkpoints/step-{TrainedRun.Steps}/parameters.safetensors",
        ];
        Assert.All(files, file => Assert.True(new FileInfo(run[file]).Length > 0, file));
        Assert.Single(Directory.GetFiles(run.Path, "events.out.tfevents.*"));
    }
}
