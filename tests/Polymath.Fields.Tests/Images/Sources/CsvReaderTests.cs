using CsCheck;
using Polymath.Compute;
using Polymath.Fields.Images.Sources;

namespace Polymath.Fields.Tests.Images.Sources;

public sealed class CsvReaderTests
{
    [Fact]
    public void WhatIsQuotedIsReadAgain() =>
        Gen.String[Gen.Char["a,\"\r\n é"], 0, 6].Array[1, 4].Array[0, 5].Sample(records =>
        {
            string text = string.Join('\n', records.Select(cells => string.Join(',', cells.Select(Quote))));
            string[][] expected = [.. records.Where(cells => cells is not [""])];
            string[][] read = [.. CsvReader.Read(text, "t").Select(record => record.Cells)];
            Assert.Equal(expected, read);

            static string Quote(string cell) => cell.IndexOfAny([',', '"', '\r', '\n']) >= 0
                ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
                : cell;
        });

    [Theory]
    [InlineData("a,b\r\nc,d\r\n", 2)]
    [InlineData("a,b\n\n\nc,d", 4)]
    [InlineData("\"a\n\n\",b\nc,d", 4)]
    public void LinesAreCounted(string text, int lastLine)
    {
        (string[] cells, int line) = CsvReader.Read(text, "t").Last();
        Assert.Equal(["c", "d"], cells);
        Assert.Equal(lastLine, line);
    }

    [Theory]
    [InlineData("a,b\n\"c", "t, line 2: a quotation does not end")]
    [InlineData("a,\"b\"c", "t, line 1: text follows a quotation")]
    public void DamageNamesItsLine(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidInputException>(() => CsvReader.Read(text, "t").Count()).Message);
}
