using System.Globalization;
using System.Text;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Native;

/// <summary>An image within a published file.</summary>
/// <param name="Level">The processor that it needs.</param>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes.</param>
internal sealed record NativeImage(ProcessorLevel Level, long Offset, long Length);

/// <summary>
/// The last line of a published file, in ASCII: <c>polymath images x86-64-v3=LENGTH x86-64-v4=LENGTH</c>; the images lie
/// before it, in the order of the line, the last of them ending where the line begins.
/// </summary>
internal static class NativeImageIndex
{
    private const string Heading = "polymath images";
    private const int MaxBytes = 128;

    /// <summary>The images of a file; none where it has no such line, or one that does not fit the file.</summary>
    public static IReadOnlyList<NativeImage> Read(Stream file)
    {
        int size = (int)Math.Min(MaxBytes, file.Length);
        Span<byte> end = stackalloc byte[size];
        file.Seek(-size, SeekOrigin.End);
        file.ReadExactly(end);
        int start = end.LastIndexOf(Encoding.ASCII.GetBytes("\n" + Heading));
        return start < 0 || end[^1] != (byte)'\n'
            ? []
            : Parse(Encoding.ASCII.GetString(end[(start + 1 + Heading.Length)..]), file.Length - size + start);
    }

    private static List<NativeImage> Parse(string entries, long end)
    {
        var images = new List<NativeImage>();
        foreach (string entry in entries.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            string[] parts = entry.Split('=');
            if (parts.Length != 2 || ProcessorLevels.Find(parts[0]) is not ProcessorLevel level
                || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                || length <= 0 || length > end)
            {
                return [];
            }

            end -= length;
            images.Add(new(level, end, length));
        }

        return images;
    }
}
