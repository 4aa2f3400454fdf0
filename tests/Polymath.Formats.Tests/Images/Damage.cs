using Polymath.Formats.Images;

namespace Polymath.Formats.Tests.Images;

/// <summary>Damages files at every place: a reader may give an image or an <see cref="InvalidDataException"/>.</summary>
internal static class Damage
{
    public static void TryAll(byte[] file)
    {
        for (int length = 0; length < file.Length; length++)
        {
            Try(file[..length], mayPass: false);
        }

        for (int at = 0; at < file.Length; at++)
        {
            foreach (int flip in new[] { 0x01, 0x10, 0x80, 0xff })
            {
                byte[] damaged = [.. file];
                damaged[at] ^= (byte)flip;
                Try(damaged, mayPass: true);
            }
        }
    }

    private static void Try(byte[] file, bool mayPass)
    {
        try
        {
            ImageFile.Decode(file, new ImageLimits(1 << 20, 4096, 1 << 20));
            Assert.True(mayPass, $"{file.Length} bytes of a file were taken for the whole");
        }
        catch (InvalidDataException)
        {
        }
    }
}
