using System.Buffers.Binary;
using Polymath.Compute;

namespace Polymath.Fields.Text.Sources;

/// <summary>How a source parts its text into training and validation.</summary>
public enum SplitMethod
{
    /// <summary>By documents where there are enough of them to hit the share, else by tails.</summary>
    Automatic,

    /// <summary>Whole documents are held out, chosen by a hash of their content.</summary>
    Documents,

    /// <summary>The end of each document is held out, as nanoGPT does with its one file.</summary>
    Tails,
}

/// <summary>The stable choice of what is held out.</summary>
internal static class ValidationSplit
{
    /// <summary>Whether a document with this hash is held out; a share of all hashes is.</summary>
    /// <param name="hash">A cryptographic hash of what identifies the document, at least 8 bytes.</param>
    /// <param name="share">The share to hold out, in [0, 1].</param>
    public static bool HoldsOut(ReadOnlySpan<byte> hash, double share) =>
        BinaryPrimitives.ReadUInt64BigEndian(hash) < share * Math.Pow(2, 64);

    /// <exception cref="InvalidInputException">The share is not above 0 and at most one half.</exception>
    public static void CheckShare(double share)
    {
        if (share is not (> 0 and <= 0.5))
        {
            throw new InvalidInputException(
                $"The share of text held out for validation is {share}: expected above 0 and at most 0.5.");
        }
    }
}
