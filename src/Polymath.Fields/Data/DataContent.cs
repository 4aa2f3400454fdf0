using System.Security.Cryptography;
using System.Text;

namespace Polymath.Fields.Data;

/// <summary>What a data set's folder holds, to the bit.</summary>
/// <param name="FileCount">The files.</param>
/// <param name="Bytes">Their lengths together.</param>
/// <param name="Sha256">
/// Lower-case hexadecimal. Of a single file: its SHA-256. Of several: the SHA-256 of their listing as
/// <c>sha256sum</c> prints it in the ordinal order of the names, so that
/// <c>LC_ALL=C sha256sum * | sha256sum</c> in the folder gives it.
/// </param>
public sealed record DataContent(int FileCount, long Bytes, string Sha256)
{
    /// <summary>Reads all files of a folder; one that is missing has no files.</summary>
    public static DataContent Measure(string folder)
    {
        var listing = new StringBuilder();
        string only = "";
        long bytes = 0;
        string[] names = Files(folder);
        foreach (string name in names)
        {
            using FileStream file = File.OpenRead(Path.Combine(folder, name));
            bytes += file.Length;
            only = Convert.ToHexStringLower(SHA256.HashData(file));
            listing.Append(only).Append("  ").Append(name).Append('\n');
        }

        byte[] whole = SHA256.HashData(Encoding.UTF8.GetBytes(listing.ToString()));
        return new DataContent(names.Length, bytes, names.Length == 1 ? only : Convert.ToHexStringLower(whole));
    }

    /// <summary>The files' paths relative to the folder, with '/' between folders, in ordinal order.</summary>
    internal static string[] Files(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];
}
