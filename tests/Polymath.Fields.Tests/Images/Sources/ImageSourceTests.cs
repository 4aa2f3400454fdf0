using System.IO.Compression;
using System.Text;
using Polymath.Compute;
using Polymath.Fields.Images.Sources;

namespace Polymath.Fields.Tests.Images.Sources;

public sealed class ImageSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnIdxFileIsReadAndItsDamageRefused()
    {
        byte[] file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6, 7, 8];
        (int[] sizes, byte[] values) = IdxFile.Read(Packed(file), 3);
        Assert.Equal([2, 1, 2], sizes);
        Assert.Equal([5, 6, 7, 8], values);
        Refused("begins with 00000803", () => IdxFile.Read(Packed(file), 1));
        Refused("is damaged", () => IdxFile.Read(Packed(file[..^1]), 3));
        Refused("is longer", () => IdxFile.Read(Packed([.. file, 1]), 3));
        Refused("impossible size", () => IdxFile.Read(Packed([0, 0, 8, 3, 255, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]), 3));
        Refused("impossible size", () => IdxFile.Read(Packed([0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0]), 3));
        File.WriteAllBytes(At("plain"), file);
        Refused("is damaged", () => IdxFile.Read(At("plain"), 3));
    }

    [Fact]
    public void DigitsAreLinesOfSixtyFourValuesAndALabel()
    {
        string line = string.Join(',', Enumerable.Range(0, 64).Select(index => index % 17)) + ",7\n";
        var source = new DigitsSource(Packed(Encoding.ASCII.GetBytes(line + line)));
        Assert.Equal(2, source.Images.Count);
        Assert.Equal(7, source.Images[1].Label);
        Assert.Equal([0, 15, 31, 255], source.Images[0].Load().Pixels.Where((_, index) => index is 0 or 1 or 2 or 16));
        Refused("line 2: expected 64", () => new DigitsSource(Packed(Encoding.ASCII.GetBytes(line + line.Replace("16", "17", StringComparison.Ordinal)))));
        Refused("line 1: expected 64", () => new DigitsSource(Packed(Encoding.ASCII.GetBytes("1,2,3\n"))));
    }

    [Fact]
    public void AFolderHoldsAFolderForEveryClass()
    {
        foreach (string file in new[] { "b/1.PNG", "b/deep/2.jpeg", "a/3.jpg", "a/notes.txt", "a/.hidden.png", "empty/x.txt" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
            File.WriteAllBytes(At(file), [1]);
        }

        var source = new ImageFolderSource(At(""));
        Assert.Equal(["a", "b"], source.Classes);
        Assert.Equal([("3.jpg", 0), ("1.PNG", 1), ("2.jpeg", 1)], source.Images.Select(image => (Path.GetFileName(image.Name), image.Label)));
        Refused("holds 0 folders with images", () => new ImageFolderSource(At("empty")));
    }

    [Theory]
    [InlineData("path,label\nx.png,dog\nsub/y.png,cat\n")]
    [InlineData("\uFEFFx.png,dog\r\n\"sub/y.png\",cat")]
    public void ATableNamesPathsBesideItAndLabels(string text)
    {
        File.WriteAllText(At("table.csv"), text);
        var source = new ImageTableSource(At("table.csv"));
        Assert.Equal(["cat", "dog"], source.Classes);
        Assert.Equal([(At("x.png"), 1), (At("sub/y.png"), 0)], source.Images.Select(image => (image.Name, image.Label)));
        Assert.Contains("x.png", Assert.Throws<InvalidInputException>(() => source.Images[0].Load()).Message);
    }

    [Fact]
    public void ABadTableIsRefusedByLine()
    {
        File.WriteAllText(At("table.csv"), "x.png,dog\ny.png\n");
        Refused("line 2: has 1 cells, expected path,label", () => new ImageTableSource(At("table.csv")));
        File.WriteAllText(At("table.csv"), "x.png,dog\ny.png,dog\n");
        Refused("names 1 classes", () => new ImageTableSource(At("table.csv")));
        File.WriteAllBytes(At("table.csv"), [0xff, 0xfe, 0, 1]);
        Refused("is not UTF-8", () => new ImageTableSource(At("table.csv")));
    }

    [Fact]
    public async Task WhatIsNoDataIsRefused()
    {
        var store = new Polymath.Fields.Data.DataStore(At("store"));
        var fault = await Assert.ThrowsAsync<InvalidInputException>(() => ImageSources.OpenAsync([At("nothing")], store));
        Assert.Contains("no such file or folder; expected a folder with a folder for every class", fault.Message);
        fault = await Assert.ThrowsAsync<InvalidInputException>(() => ImageSources.OpenAsync(["a", "b"], store));
        Assert.Contains("2 data are named, expected one", fault.Message);
    }

    private static void Refused(string words, Func<object> read) =>
        Assert.Contains(words, Assert.Throws<InvalidInputException>(read).Message);

    private string At(string name) => Path.Combine(_folder.Path, name.Replace('/', Path.DirectorySeparatorChar));

    private string Packed(byte[] bytes)
    {
        using (FileStream file = File.Create(At("packed.gz")))
        using (var packed = new GZipStream(file, CompressionLevel.Fastest))
        {
            packed.Write(bytes);
        }

        return At("packed.gz");
    }
}
