using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Fields.Images;

/// <summary>Brings images into a batch: a sequence an image, a row a patch, pixels as numbers around zero.</summary>
/// <param name="side">Pixels of an image's side.</param>
/// <param name="channelCount">Numbers of a pixel.</param>
/// <param name="patchSize">Pixels of a patch's side.</param>
public sealed unsafe class PatchWriter(int side, int channelCount, int patchSize)
{
    // Bytes from 0 to 255 become numbers from -2 to 2: about unit variance, the same for all data.
    private const float Middle = 127.5f, Scale = 1f / 64;

    /// <summary>Patches of an image: rows of its sequence.</summary>
    public int PositionCount { get; } = side / patchSize * (side / patchSize);

    /// <summary>Numbers of a patch: the width of the batch's features.</summary>
    public int PatchWidth { get; } = patchSize * patchSize * channelCount;

    /// <summary>The number that a byte becomes.</summary>
    public static float Normalize(byte value) => (value - Middle) * Scale;

    /// <summary>Appends an image to the batch.</summary>
    /// <param name="batch">Where it goes.</param>
    /// <param name="pixels">[side, side, channels].</param>
    /// <param name="isMirrored">Whether left and right change places.</param>
    public void Append(Batch batch, ReadOnlySpan<float> pixels, bool isMirrored = false)
    {
        int first = batch.RowCount;
        batch.Sequences.Add(PositionCount);
        Write(pixels, batch.Features, first, isMirrored);
    }

    /// <summary>The byte that a number becomes, the nearest.</summary>
    public static byte ToByte(float value) => (byte)Math.Clamp(MathF.Round((value / Scale) + Middle), 0, 255);

    /// <summary>Writes the patches of an image into the first columns of rows.</summary>
    /// <param name="pixels">[side, side, channels].</param>
    /// <param name="rows">Where the patches go, a row each.</param>
    /// <param name="first">The row of the first.</param>
    /// <param name="isMirrored">Whether left and right change places.</param>
    public void Write(ReadOnlySpan<float> pixels, MatrixView rows, int first, bool isMirrored = false)
    {
        int patches = side / patchSize, run = patchSize * channelCount;
        for (int y = 0; y < side; y++)
        {
            for (int patch = 0; patch < patches; patch++)
            {
                Span<float> row = rows.RowSpan(first + (y / patchSize * patches) + patch);
                Span<float> target = row.Slice(y % patchSize * run, run);
                if (isMirrored)
                {
                    CopyMirrored(pixels, (y * side) + side - 1 - (patch * patchSize), target);
                }
                else
                {
                    pixels.Slice(((y * side) + (patch * patchSize)) * channelCount, run).CopyTo(target);
                }
            }
        }
    }

    /// <summary>The pixels of an image whose patches lie in the first columns of rows: the reverse of <see cref="Write"/>.</summary>
    public void Read(MatrixView rows, int first, Span<float> pixels)
    {
        int patches = side / patchSize, run = patchSize * channelCount;
        for (int y = 0; y < side; y++)
        {
            for (int patch = 0; patch < patches; patch++)
            {
                rows.RowSpan(first + (y / patchSize * patches) + patch).Slice(y % patchSize * run, run)
                    .CopyTo(pixels.Slice(((y * side) + (patch * patchSize)) * channelCount, run));
            }
        }
    }

    // Pixels from the given one on, from right to left.
    private void CopyMirrored(ReadOnlySpan<float> pixels, int pixel, Span<float> target)
    {
        for (int x = 0; x < patchSize; x++)
        {
            pixels.Slice((pixel - x) * channelCount, channelCount).CopyTo(target[(x * channelCount)..]);
        }
    }
}
