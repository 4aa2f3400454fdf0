using Polymath.Cli.Terminal;

namespace Polymath.Cli.Tests.Terminal;

public sealed class VisibleTextTests
{
    [Fact]
    public void NoControlCharacterReachesATerminal()
    {
        Assert.Equal("a\u241b[2J\u2407b\u2421\u240d\n\tc", VisibleText.Of("a\u001b[2J\ab\u007f\r\n\tc"));
        for (char character = '\0'; character < '\u0100'; character++)
        {
            char shown = VisibleText.Of(character.ToString())[0];
            Assert.True(!char.IsControl(shown) || shown is '\n' or '\t', $"U+{(int)character:X4}");
        }
    }

    [Fact]
    public void AllOtherTextStaysAsItIs()
    {
        const string Text = "Grüße, 日本, 🦜 and\u00a0more\ttabs\n";
        Assert.Equal(Text, VisibleText.Of(Text));
    }
}
