using System.Text;
using CsCheck;
using Polymath.Fields.Text;

namespace Polymath.Fields.Tests.Text;

/// <summary>What is written is the text before the stop string that is complete first, however it comes in pieces.</summary>
public sealed class StopStringFilterTests
{
    [Fact]
    public void AnyCutIntoPiecesGivesTheTextBeforeTheFirstStop() =>
        Gen.Select(Letters(0, 30), Letters(1, 4).Array[0, 3], Gen.Int[1, 5].Array[1, 30]).Sample((text, stops, sizes) =>
        {
            int first = stops.Select(stop => (Start: text.IndexOf(stop, StringComparison.Ordinal), stop.Length))
                .Where(found => found.Start >= 0)
                .OrderBy(found => found.Start + found.Length).ThenBy(found => found.Start)
                .Select(found => found.Start).FirstOrDefault(text.Length);
            Assert.Equal(text[..first], Filter(text, stops, sizes));
        });

    [Fact]
    public void WhatCanBeNoStopIsWrittenAtOnce()
    {
        var written = new StringBuilder();
        var filter = new StopStringFilter(["END"], text => written.Append(text));
        Assert.True(filter.Write("one E"));
        Assert.Equal("one ", written.ToString());
        Assert.True(filter.Write("lse"));
        Assert.Equal("one Else", written.ToString());
        Assert.True(filter.Write(" EN"));
        Assert.False(filter.Write("D more"));
        Assert.Equal("one Else ", written.ToString());
    }

    private static Gen<string> Letters(int least, int most) =>
        Gen.Char['a', 'b'].Array[least, most].Select(letters => new string(letters));

    private static string Filter(string text, string[] stops, int[] sizes)
    {
        var written = new StringBuilder();
        var filter = new StopStringFilter(stops, piece => written.Append(piece));
        for (int start = 0, turn = 0; start < text.Length; turn++)
        {
            int length = Math.Min(sizes[turn % sizes.Length], text.Length - start);
            if (!filter.Write(text.Substring(start, length)))
            {
                return written.ToString();
            }

            start += length;
        }

        filter.Flush();
        return written.ToString();
    }
}
