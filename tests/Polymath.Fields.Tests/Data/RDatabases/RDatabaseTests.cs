using CsCheck;
using Polymath.Fields.Data.RDatabases;

namespace Polymath.Fields.Tests.Data.RDatabases;

public sealed class RDatabaseTests
{
    private static readonly byte[] Emma = RWriter.Record(new RWriter().Strings("EMMA", "", "By Jane Austen").Bytes);
    private static readonly byte[] Numbers = RWriter.Record(new RWriter().Integers(1, 2).Bytes);
    private static readonly byte[] Store = [.. Emma, .. Numbers];

    [Fact]
    public void ReadsVariablesByName()
    {
        var database = new RDatabase(Index(("numbers", Emma.Length, Numbers.Length), ("emma", 0, Emma.Length)), Store);
        Assert.Equal(["emma", "numbers"], database.Names);
        Assert.Equal(["EMMA", "", "By Jane Austen"], database.ReadStrings("emma"));
        Assert.Throws<InvalidDataException>(() => database.ReadStrings("numbers"));
        Assert.Throws<InvalidDataException>(() => database.ReadStrings("persuasion"));
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, -1)]
    [InlineData(0, 3)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1, 1_000_000)]
    public void RefusesRecordsOutsideOfTheStore(int offset, int length) =>
        Assert.Throws<InvalidDataException>(() => new RDatabase(Index(("emma", offset, length)), Store));

    [Fact]
    public void RefusesAnotherPacking() =>
        Assert.Throws<InvalidDataException>(() => new RDatabase(Index(2, ("emma", 0, Emma.Length)), Store));

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    [InlineData(-5)]
    [InlineData(int.MaxValue)]
    public void RefusesRecordsThatUnpackToAnotherLength(int claimed)
    {
        byte[] record = RWriter.Record(new RWriter().Strings("EMMA").Bytes, claimed);
        var database = new RDatabase(Index(("emma", 0, record.Length)), record);
        Assert.Throws<InvalidDataException>(() => database.ReadStrings("emma"));
    }

    [Fact]
    public void DamagedStoresAndIndexesAreRefusedOrReadable()
    {
        byte[] index = Index(("emma", 0, Emma.Length), ("numbers", Emma.Length, Numbers.Length));
        Gen.Select(Gen.Bool, Gen.Int[0, 10_000], Gen.Byte).Sample((inIndex, at, value) =>
        {
            byte[] damagedIndex = (byte[])index.Clone();
            byte[] damagedStore = (byte[])Store.Clone();
            byte[] target = inIndex ? damagedIndex : damagedStore;
            target[at % target.Length] = value;
            try
            {
                new RDatabase(damagedIndex, damagedStore).ReadStrings("emma");
            }
            catch (InvalidDataException)
            {
                // The one fault that the reader promises.
            }
        }, iter: 3000);
    }

    private static byte[] Index(params (string Name, int Offset, int Length)[] records) => Index(1, records);

    private static byte[] Index(int compression, params (string Name, int Offset, int Length)[] records) =>
        RWriter.Gzip(new RWriter().List(
            false,
            ("variables", w => w.List(true, [.. records.Select(record =>
                (record.Name, (Action<RWriter>)(x => x.Integers(record.Offset, record.Length))))])),
            ("references", w => w.List(false)),
            ("compressed", w => w.Integers(compression))).Bytes);
}
