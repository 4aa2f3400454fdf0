using Polymath.Compute;
using Polymath.Fields.Data;

namespace Polymath.Fields.Tests.Data;

public sealed class CacheFoldersTests
{
    [Theory]
    [InlineData("/d", "/x", "/h", "/d", "/d/tokens")]
    [InlineData("", "/x", "/h", "/x/polymath/data", "/x/polymath/tokens")]
    [InlineData("", "relative", "/h", "/h/.cache/polymath/data", "/h/.cache/polymath/tokens")]
    [InlineData(null, null, "/h", "/h/.cache/polymath/data", "/h/.cache/polymath/tokens")]
    public void TheFirstVariableThatIsSetDecides(string? data, string? xdg, string? home, string wanted, string tokens)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of Unix.");
        string? Variable(string name) => name switch
        {
            "POLYMATH_DATA" => data,
            "XDG_CACHE_HOME" => xdg,
            "HOME" => home,
            _ => null,
        };
        Assert.Equal(wanted, CacheFolders.Locate("data", Variable));
        Assert.Equal(tokens, CacheFolders.Locate("tokens", Variable));
    }

    [Fact]
    public void WithoutAHomeTheSentenceNamesTheVariable() => Assert.Contains(
        "POLYMATH_DATA",
        Assert.Throws<InvalidInputException>(() => CacheFolders.Locate("data", _ => null)).Message,
        StringComparison.Ordinal);
}
