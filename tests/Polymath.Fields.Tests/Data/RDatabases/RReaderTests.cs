using CsCheck;
using Polymath.Fields.Data.RDatabases;

namespace Polymath.Fields.Tests.Data.RDatabases;

public sealed class RReaderTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void ReadsStringsWithNaAndOtherScripts(int version)
    {
        RObject value = RReader.Read(new RWriter(version).Strings("Emma", null, "naïve — 茶", "").Bytes);
        Assert.Equal(["Emma", null, "naïve — 茶", ""], Assert.IsType<RStrings>(value).Values);
    }

    [Fact]
    public void ReadsLatin1StringsAsTheyAreMarked()
    {
        byte[] bytes = new RWriter().Integer(16).Integer(1).String("café", 1 << 2).Bytes;
        Assert.Equal(["café"], Assert.IsType<RStrings>(RReader.Read(bytes)).Values);
    }

    [Fact]
    public void ReadsNamedListsWithReferencesToSymbols()
    {
        byte[] bytes = new RWriter().List(
            false,
            ("numbers", w => w.List(true, ("a", x => x.Integers(1, -2)))),
            ("nothing", w => w.Null())).Bytes;
        RList list = Assert.IsType<RList>(RReader.Read(bytes));
        Assert.Equal([1, -2], Assert.IsType<RIntegers>(Assert.IsType<RList>(list["numbers"])["a"]).Values);
        Assert.IsType<RNull>(list["nothing"]);
        Assert.Throws<InvalidDataException>(() => list["other"]);
    }

    [Fact]
    public void RefusesCodeAndEnvironments()
    {
        const int closure = 3;
        const int environment = 4;
        const int byteCode = 21;
        foreach (int kind in new[] { closure, environment, byteCode })
        {
            Assert.Throws<InvalidDataException>(() => RReader.Read(new RWriter().Integer(kind).Null().Bytes));
        }
    }

    [Fact]
    public void RefusesCountsThatTheBytesCannotHold()
    {
        foreach (int kind in new[] { 10, 13, 14, 16, 19 })
        {
            foreach (int count in new[] { int.MaxValue, int.MinValue, -1, 2 })
            {
                Assert.Throws<InvalidDataException>(
                    () => RReader.Read(new RWriter().Integer(kind).Integer(count).Integer(0).Bytes));
            }
        }
    }

    [Fact]
    public void RefusesNestingWithoutEnd()
    {
        var writer = new RWriter();
        for (int i = 0; i < 100_000; i++)
        {
            writer.Integer(19).Integer(1);
        }

        Assert.Throws<InvalidDataException>(() => RReader.Read(writer.Null().Bytes));
    }

    [Fact]
    public void RefusesTrailingBytesFalseReferencesAndBadText()
    {
        Assert.Throws<InvalidDataException>(() => RReader.Read(new RWriter().Null().Integer(0).Bytes));
        Assert.Throws<InvalidDataException>(() => RReader.Read(new RWriter().Integer(255 | (7 << 8)).Bytes));
        Assert.Throws<InvalidDataException>(() => RReader.Read(new RWriter(version: 4).Null().Bytes));
        byte[] text = new RWriter().Strings("ab").Bytes;
        text[^1] = 0xFF;
        Assert.Throws<InvalidDataException>(() => RReader.Read(text));
    }

    [Fact]
    public void HostileBytesNeverDoWorseThanRefusal()
    {
        byte[] sound = new RWriter().List(
            false,
            ("a", w => w.List(true, ("b", x => x.Integers(1, 2, 3)))),
            ("c", w => w.Strings("x", null, "yz"))).Bytes;
        Gen<int> place = Gen.Int[0, sound.Length - 1];
        Gen.Select(place, Gen.Byte, place, Gen.Byte, Gen.Int[0, sound.Length])
            .Sample((at, value, at2, value2, length) =>
            {
                byte[] damaged = (byte[])sound.Clone();
                damaged[at] = value;
                damaged[at2] = value2;
                try
                {
                    RReader.Read(damaged.AsSpan(0, length));
                }
                catch (InvalidDataException)
                {
                    // The one fault that the reader promises.
                }
            }, iter: 20_000);
        Gen.Byte.Array[0, 64].Sample(tail =>
        {
            try
            {
                RReader.Read([.. new RWriter().Bytes, .. tail]);
            }
            catch (InvalidDataException)
            {
                // As above.
            }
        }, iter: 20_000);
    }
}
