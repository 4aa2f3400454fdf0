using Polymath.Fields.Data.Fetching;

namespace Polymath.Fields.Tests.Data.Fetching;

public sealed class ChildProcessTests
{
    private static string Here => AppContext.BaseDirectory;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AMissingProgramIsNoException() =>
        Assert.Null(await ChildProcess.RunAsync("polymath-no-such-program", [], Here, null, Cancellation));

    [Fact]
    public async Task PassesOnTheExitCodeTheMessagesAndTheOutput()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");
        string output = "";
        ChildProcess.Outcome? outcome = await ChildProcess.RunAsync(
            "sh",
            ["-c", "echo out; echo E: first >&2; echo second >&2; exit 3"],
            Here,
            stream => output = new StreamReader(stream).ReadToEnd(),
            Cancellation);
        Assert.Equal(3, outcome!.ExitCode);
        Assert.Equal(["E: first", "second"], outcome.Messages);
        Assert.Equal("out\n", output);
    }

    [Fact]
    public async Task AReaderThatFailsEndsTheProgram()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");
        await Assert.ThrowsAsync<InvalidDataException>(() => ChildProcess.RunAsync(
            "sh", ["-c", "while :; do echo bomb; done"], Here, _ => throw new InvalidDataException(), Cancellation));
    }
}
