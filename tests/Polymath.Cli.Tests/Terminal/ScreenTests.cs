using CsCheck;
using Polymath.Cli.Terminal;
using Spectre.Console;

namespace Polymath.Cli.Tests.Terminal;

public sealed class ScreenTests
{
    [Fact]
    public void BlanksAtTheEndsOfLinesAreLeftOutAndNothingElse() =>
        Gen.String[Gen.Char[" \nab"], 0, 40].Sample(text =>
        {
            using var output = new StringWriter();
            using (var trimming = new TrimmingWriter(output))
            {
                trimming.Write(text);
            }

            string expected = string.Join('\n', text.Split('\n').Select(line => line.TrimEnd(' ')));
            Assert.Equal(expected, output.ToString());
        });

    [Fact]
    public void APipeGetsATableWithoutBrokenLinesOrColours()
    {
        using var output = new StringWriter();
        IAnsiConsole console = Screen.Plain(output);
        var grid = new Grid().AddColumn(Screen.Column()).AddColumn(new GridColumn().PadRight(0));
        var style = new Style(Color.Red, decoration: Decoration.Bold);
        grid.AddRow(new Text("name", style), new Text(new string('x', 500)));
        grid.AddRow("a", "b");
        console.Write(grid);
        Assert.Equal($"  name  {new string('x', 500)}\n  a     b\n", output.ToString());
    }

    // Layout at such widths would not come to an end.
    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    public void ATerminalWithoutAUsableWidthIsTakenForAUsualOne(int width)
    {
        using var output = new StringWriter();
        IAnsiConsole console = Screen.Plain(output);
        console.Profile.Width = width;
        console.Show(new Padder(new Text("日本 and 🦜"), new Padding(2, 0, 0, 0)));
        Assert.Equal("  日本 and 🦜\n", output.ToString());
        Assert.Equal(80, console.Profile.Width);
        Assert.Equal(80, Screen.WidthOf(0));
    }
}
