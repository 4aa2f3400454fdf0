using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CsCheck;
using Polymath.Fields.Translation.Pairs;

namespace Polymath.Fields.Tests.Translation;

/// <summary>Modules of verses: what is right is paired without its marks, what is damaged is refused.</summary>
public sealed class SwordVersesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void VersesArePairedByTheirPlacesWithoutMarks()
    {
        Write("a/ot", ["", "<title>The book</title>In the <w lemma=\"strong:H7225\">beginning</w>", "Light &amp; dark"]);
        Write("a/nt", ["¶ <note n=\"1\">Or, a <i>book</i></note>The  end<lb/>"]);
        Write("b/ot", ["intro", "En el principio", ""]);
        Write("b/nt", ["El fin"]);
        SwordVerses.Derive(_folder["a"], _folder["b"], ("en", "es"), _folder.Path);
        Assert.Equal(
            "en\tes\nIn the beginning\tEn el principio\nThe end\tEl fin\n", File.ReadAllText(_folder["en-es.tsv"]));
    }

    [Fact]
    public void ModulesThatCountDifferentlyAreRefused()
    {
        Write("a/ot", ["one", "two"]);
        Write("a/nt", []);
        Write("b/ot", ["uno"]);
        Write("b/nt", []);
        string message = Assert.Throws<InvalidDataException>(
            () => SwordVerses.Derive(_folder["a"], _folder["b"], ("en", "es"), _folder.Path)).Message;
        Assert.Equal("ot: the modules hold 2 and 1 verses", message);
    }

    [Fact]
    public void DamagedIndexesAreRefused()
    {
        Write("a/ot", ["one", "two", "three"]);
        byte[][] whole = [.. new[] { "bzs", "bzv", "bzz" }.Select(end => File.ReadAllBytes(_folder[$"a/ot.{end}"]))];
        Gen.Int[0, 2].Select(Gen.Int[0, 40], Gen.Byte).Sample(edit =>
        {
            (int file, int place, byte value) = edit;
            byte[] changed = [.. whole[file]];
            changed[place % changed.Length] = value;
            _folder.Write($"a/ot.{new[] { "bzs", "bzv", "bzz" }[file]}", changed);
            try
            {
                Assert.Equal(3, SwordVerses.Read(_folder["a/ot"]).Count);
            }
            catch (InvalidDataException)
            {
                // Refused, and by nothing worse.
            }
            finally
            {
                _folder.Write($"a/ot.{new[] { "bzs", "bzv", "bzz" }[file]}", whole[file]);
            }
        }, iter: 400, threads: 1);
        _folder.Write("a/ot.bzv", whole[1].AsSpan(1));
        Assert.Throws<InvalidDataException>(() => SwordVerses.Read(_folder["a/ot"]));
    }

    public void Dispose() => _folder.Dispose();

    // All verses in one block.
    private void Write(string path, string[] verses)
    {
        using var block = new MemoryStream();
        byte[] places = new byte[10 * verses.Length], entry = new byte[12];
        for (int verse = 0; verse < verses.Length; verse++)
        {
            byte[] text = Encoding.UTF8.GetBytes(verses[verse]);
            BinaryPrimitives.WriteUInt32LittleEndian(places.AsSpan((10 * verse) + 4), (uint)block.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(places.AsSpan((10 * verse) + 8), (ushort)text.Length);
            block.Write(text);
        }

        using var packed = new MemoryStream();
        using (var stream = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            stream.Write(block.ToArray());
        }

        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), (uint)packed.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(8), (uint)block.Length);
        _folder.Write(path + ".bzs", entry);
        _folder.Write(path + ".bzv", places);
        _folder.Write(path + ".bzz", packed.ToArray());
    }
}
