using Polymath.Compute;
using Polymath.Fields.Tests.Images.Sources;
using Polymath.Fields.Images;
using Polymath.Formats.Images;

namespace Polymath.Fields.Tests.Images;

public sealed class ImageMaterialTests
{
    private static readonly ImageSelection Selection = new(4, 1, TestShare: 0.2f, ValidationShare: 0.25f);

    [Fact]
    public void EveryClassIsPartedByTheSameShares()
    {
        ImageMaterial material = Read(new MemorySource(["a", "b"]).AddMany(0, 100).AddMany(1, 20));
        Assert.Equal([60, 12], CountsOf(material.Training));
        Assert.Equal([20, 4], CountsOf(material.Validation));
        Assert.Equal([20, 4], CountsOf(material.Test));
        IEnumerable<string> all = material.Training.Names.Concat(material.Validation.Names).Concat(material.Test.Names);
        Assert.Equal(120, all.Distinct().Count());
    }

    [Fact]
    public void MoreImagesMoveFewOthers()
    {
        ImageMaterial few = Read(new MemorySource(["a", "b"]).AddMany(0, 100).AddMany(1, 20));
        ImageMaterial more = Read(new MemorySource(["a", "b"]).AddMany(0, 100).AddMany(1, 20).AddMany(0, 10, first: 500));
        Assert.InRange(few.Test.Names.Intersect(more.Test.Names).Count(), 20, 24);
        Assert.Equal(
            few.Test.Names.Order(), Read(new MemorySource(["a", "b"]).AddMany(0, 100).AddMany(1, 20)).Test.Names.Order());
    }

    [Fact]
    public void EqualImagesStayTogether()
    {
        MemorySource source = new MemorySource(["a", "b"]).AddMany(1, 20);
        for (int copy = 0; copy < 40; copy++)
        {
            source.AddMany(0, 3);
        }

        ImageMaterial material = Read(source);
        static HashSet<string> Contents(ImageSet set) => [.. Enumerable.Range(0, set.Count)
            .Where(index => set.Labels[index] == 0).Select(index => Convert.ToHexString(set.PixelsOf(index).Span))];
        Assert.Equal(
            [1, 1, 1], new[] { material.Training, material.Validation, material.Test }.Select(set => Contents(set).Count));
        Assert.Empty(Contents(material.Test).Intersect(Contents(material.Training)));
    }

    [Fact]
    public void ThePartThatDataKeepForTestsIsTaken()
    {
        MemorySource source = new MemorySource(["a", "b"]).AddMany(0, 20).AddMany(1, 20);
        foreach (int label in new[] { 0, 1 })
        {
            source.Add(label, () => new PixelImage(4, 4, 1, new byte[16]), isTest: true);
        }

        ImageMaterial material = Read(source);
        Assert.Equal([1, 1], CountsOf(material.Test));
        Assert.Equal([15, 15], CountsOf(material.Training));
    }

    [Fact]
    public void DamagedImagesAreNamedCountedAndLeftOutOrRefused()
    {
        MemorySource source = new MemorySource(["a", "b"]).AddMany(0, 20).AddMany(1, 20);
        for (int index = 0; index < 30; index++)
        {
            int number = index;
            source.Add(0, () => throw new InvalidInputException($"bad{number}.png: ends early"));
        }

        var notes = new List<string>();
        ImageMaterial material = ImageMaterial.Read(source, Selection, notes.Add);
        Assert.Equal("left out: bad0.png: ends early", notes[0]);
        Assert.Equal("30 of 70 images are damaged and left out", notes[^1]);
        Assert.Equal(21, notes.Count);
        Assert.Equal(("left out as damaged", "30"), material.Facts[^1]);
        var fault = Assert.Throws<InvalidInputException>(
            () => ImageMaterial.Read(source, Selection with { Strict = true }, notes.Add));
        Assert.Equal("bad0.png: ends early", fault.Message);
    }

    [Fact]
    public void AClassWithTooFewImagesIsNamed()
    {
        MemorySource source = new MemorySource(["a", "lonely"]).AddMany(0, 20).AddMany(1, 2);
        Assert.Contains("the class 'lonely' has 2 images", Assert.Throws<InvalidInputException>(() => Read(source)).Message);
    }

    private static ImageMaterial Read(MemorySource source) => ImageMaterial.Read(source, Selection, _ => { });

    private static IEnumerable<int> CountsOf(ImageSet set) =>
        set.Labels.CountBy(label => label).OrderBy(entry => entry.Key).Select(entry => entry.Value);
}
