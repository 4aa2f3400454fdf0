namespace Polymath.Cli.Tests.Fixtures;

/// <summary>One short run that many tests look at; none of them changes it.</summary>
public sealed class TrainedRun : IAsyncLifetime
{
    /// <summary>The run's folder inside the workplace.</summary>
    public const string Folder = "runs/text-1";

    /// <summary>The steps that it learnt for.</summary>
    public const int Steps = 60;

    /// <summary>Where it lies; commands that write work elsewhere.</summary>
    public Workplace Workplace { get; } = new();

    /// <summary>What the command said.</summary>
    internal CommandResult Result { get; private set; } = null!;

    /// <summary>The run's folder.</summary>
    public string Path => Workplace[Folder];

    /// <summary>The full path of something in the run's folder.</summary>
    public string this[params string[] names] => Workplace[[Folder, .. names]];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Workplace.Write(TinyText.FileName, TinyText.Content);
        Result = await Workplace.RunAsync([.. TinyText.Train(folder: null, Steps), "learning.examineEverySteps=20"]);
        Result.Succeeded();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Workplace.Dispose();
        return ValueTask.CompletedTask;
    }
}
