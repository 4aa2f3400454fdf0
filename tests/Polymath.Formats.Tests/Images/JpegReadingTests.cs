using System.Text;
using Polymath.Formats.Images;
using Polymath.Formats.Images.Jpeg;

namespace Polymath.Formats.Tests.Images;

/// <summary>JPEG files that Pillow wrote, beside what Pillow reads from them.</summary>
public sealed class JpegReadingTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden", "images");

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Folder, "*.jpg").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void PixelsAreThoseOfLibjpeg(string name)
    {
        PixelImage image = ImageFile.Read(Path.Combine(Folder, name + ".jpg"));
        PixelImage expected = ImageFile.Read(Path.Combine(Folder, name + ".jpg.png"));
        Assert.Equal((expected.Width, expected.Height), (image.Width, image.Height));
        Assert.Equal(expected.ChannelCount, image.ChannelCount);
        int[] errors = [.. image.Pixels.Zip(expected.Pixels, (found, other) => Math.Abs(found - other))];

        // libjpeg computes in whole numbers, and finer chroma by its own rounding.
        Assert.InRange(errors.Average(), 0, 1);
        Assert.InRange(errors.Max(), 0, 6);
    }

    [Theory]
    [InlineData("420")]
    [InlineData("progressive")]
    [InlineData("orientation-6")]
    public void DamageAnywhereIsAnErrorOrAnImage(string name) =>
        Damage.TryAll(File.ReadAllBytes(Path.Combine(Folder, name + ".jpg")));

    [Fact]
    public void RestartMarkersAreObeyed()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Folder, "grey.jpg"));
        int scan = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xda]);
        byte[] interval = [0xff, 0xdd, 0, 4, 0, 1];
        byte[] broken = [.. file[..scan], .. interval, .. file[scan..]];
        Assert.Contains("restart marker", Message(broken));
    }

    [Fact]
    public void HostileFilesAreRefusedInASentence()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(Folder, "420.jpg"));
        Assert.Contains("neither a PNG nor a JPEG", Message([]));
        Assert.Contains("neither a PNG nor a JPEG", Message(Encoding.ASCII.GetBytes("GIF89a.......")));
        Assert.Contains("no frame", Message([0xff, 0xd8, 0xff, 0xd9]));
        int frame = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc0]);
        Assert.Contains("unknown kind of JPEG, c9", Message(Changed(file, frame + 1, 0xc9)));
        Assert.Contains("65535 x", Message(Changed(Changed(file, frame + 7, 0xff), frame + 8, 0xff)));
        Assert.Contains("sampling (5, 2)", Message(Changed(file, frame + 11, 0x52)));
        Assert.Contains("quantisation table 7", Message(Changed(file, frame + 12, 7)));
        Assert.Contains("samples of 8 bits", Message(Changed(file, frame + 4, 12)));
        int table = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc4]);
        Assert.Contains("Huffman table", Message(Changed(file, table + 5, 255)));
    }

    [Fact]
    public void CoefficientsMaySumUpToAnyNumber()
    {
        // Every symbol of a table that says 15 bits everywhere: predictions run over, and nothing else happens.
        byte[] file = File.ReadAllBytes(Path.Combine(Folder, "grey.jpg"));
        int table = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc4]);
        for (int index = 0; index < 12; index++)
        {
            file[table + 21 + index] = 15;
        }

        try
        {
            JpegReader.Decode(file, ImageLimits.Default);
        }
        catch (InvalidDataException)
        {
        }
    }

    [Fact]
    public void FilesOfOtherProgramsAreReadByTheirFirstBytes()
    {
        foreach (string name in new[] { "colour", "grey", "opacity", "palette", "black-and-white" })
        {
            PixelImage image = ImageFile.Read(Path.Combine(Folder, name + ".png"));
            Assert.Equal((45, 35), (image.Width, image.Height));
        }
    }

    private static byte[] Changed(byte[] file, int at, byte value)
    {
        byte[] changed = [.. file];
        changed[at] = value;
        return changed;
    }

    private static string Message(byte[] file) =>
        Assert.Throws<InvalidDataException>(() => ImageFile.Decode(file, ImageLimits.Default)).Message;
}
