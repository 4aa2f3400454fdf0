using Microsoft.Extensions.Time.Testing;
using Polymath.Cli.Terminal;
using Polymath.Learning;
using Spectre.Console;

namespace Polymath.Cli.Tests.Terminal;

public sealed class TrainingDisplayTests : IDisposable
{
    private const string Erase = "\r\u001b[K";

    private readonly StringWriter _output = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void ATerminalHasOneLineThatRenewsItselfAndNeverWraps()
    {
        using (TrainingDisplay display = Display(live: true, width: 30))
        {
            Step(display, 1, 0);
            Step(display, 2, 100);
            Step(display, 3, 150);
            display.OnNote("a note");
        }

        Assert.Equal(
            $"{Erase}step   1/100  loss 2.0000{Erase}step   3/100  loss 2.0000{Erase}a note\n", _output.ToString());
        Assert.All(_output.ToString().Split(Erase), line => Assert.InRange(line.TrimEnd('\n').Length, 0, 29));
    }

    [Fact]
    public void TheLineIsTakenAwayAtTheEnd()
    {
        using (TrainingDisplay display = Display(live: true, width: 80))
        {
            Step(display, 1, 0);
        }

        Assert.EndsWith(Erase, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ATerminalWithoutASizeHasItsLineAsWell()
    {
        using TrainingDisplay display = Display(live: true, width: 1);
        Step(display, 1, 0);
        Assert.StartsWith($"{Erase}step   1/100  loss 2.0000  1,000 rows/s", _output.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void APipeGetsAPlainLineEveryTenSecondsAndTheLastStep()
    {
        using TrainingDisplay display = Display(live: false, width: 80);
        for (int step = 1; step <= 100; step++)
        {
            Step(display, step, 250);
        }

        string[] lines = _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["step   1/100", "step  41/100", "step  81/100", "step 100/100"], lines.Select(line => line[..12]));
        Assert.DoesNotContain('\r', _output.ToString());
    }

    [Fact]
    public void ExaminationsStayAndTheLastIsLeftToTheTable()
    {
        using TrainingDisplay display = Display(live: false, width: 80);
        var result = new ExaminationResult([new("bits_per_byte", 1.23456), new("loss", 0.9)], [], []);
        display.OnExamination(new ExaminationReport(1500, ExaminationDepth.Quick, result, true, false, default));
        display.OnExamination(new ExaminationReport(1600, ExaminationDepth.Quick, result, false, false, default));
        display.OnExamination(new ExaminationReport(1600, ExaminationDepth.Full, result, false, true, default));
        Assert.Equal(
            "step 1,500  held out: bits per byte 1.2346  loss 0.9000  best so far\n"
            + "step 1,600  held out: bits per byte 1.2346  loss 0.9000\n",
            _output.ToString());
    }

    [Fact]
    public void SamplesAreShownWithoutTheirControlCharacters()
    {
        using TrainingDisplay display = Display(live: false, width: 80);
        display.OnSamples(["first\r\nline\u001b[31m", "[second]"]);
        Assert.Equal(
            "\nsample 1 of 2\n  first\n  line\u241b[31m\n\nsample 2 of 2\n  [second]\n", _output.ToString());
    }

    private TrainingDisplay Display(bool live, int width)
    {
        IAnsiConsole console = Screen.Plain(_output);
        console.Profile.Width = width;
        return new TrainingDisplay(_output, console, live, _clock);
    }

    private void Step(TrainingDisplay display, long step, int milliseconds)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        display.OnStep(new StepReport(step, 100, 2, 1e-3, 1, 64, 1000, 1e9, 0.1, TimeSpan.FromSeconds(1), null));
    }
}
