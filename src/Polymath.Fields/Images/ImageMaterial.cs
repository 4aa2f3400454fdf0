using System.Buffers.Binary;
using System.Security.Cryptography;
using Polymath.Compute;
using Polymath.Fields.Images.Sources;
using Polymath.Formats.Images;

namespace Polymath.Fields.Images;

/// <summary>Images made ready: read, fitted into one size, and parted.</summary>
/// <param name="Classes">The classes by their numbers.</param>
/// <param name="Training">What is learnt from.</param>
/// <param name="Validation">What chooses the best checkpoint.</param>
/// <param name="Test">What the network is examined on at the end.</param>
/// <param name="Facts">Facts for the report.</param>
internal sealed record ImageMaterial(
    IReadOnlyList<string> Classes, ImageSet Training, ImageSet Validation, ImageSet Test,
    IReadOnlyList<(string Name, string Value)> Facts)
{
    // Damaged images are named until so many; the rest is counted.
    private const int LargestNoteCount = 20;

    /// <summary>Reads all images of a source.</summary>
    /// <param name="source">Where they come from.</param>
    /// <param name="selection">How they are made ready and parted.</param>
    /// <param name="notes">Told of images that are left out.</param>
    /// <exception cref="InvalidInputException">An image is damaged, under a strict selection; or too few are left.</exception>
    public static ImageMaterial Read(IImageSource source, ImageSelection selection, Action<string> notes)
    {
        var images = new List<Sample>();
        int damagedCount = 0;
        foreach (ImageReference reference in source.Images)
        {
            try
            {
                PixelImage image = reference.Load();
                byte[] fitted = ImageFitting.Fit(image, selection.Side, selection.ChannelCount);
                images.Add(new Sample(reference, fitted, HashOf(image)));
            }
            catch (InvalidInputException fault) when (!selection.Strict)
            {
                if (damagedCount++ < LargestNoteCount)
                {
                    notes($"left out: {fault.Message}");
                }
            }
        }

        if (damagedCount > 0)
        {
            notes($"{damagedCount:N0} of {source.Images.Count:N0} images are damaged and left out");
        }

        ImageSet training = NewSet(), validation = NewSet(), test = NewSet();
        for (int label = 0; label < source.Classes.Count; label++)
        {
            List<Sample> ofClass = [.. images.Where(sample => sample.Reference.Label == label)
                .OrderBy(sample => sample.Hash)];
            Part(ofClass, source.Classes[label]);
        }

        return new ImageMaterial(source.Classes, training, validation, test,
        [
            ("images", source.Name),
            ("size", $"{selection.Side} x {selection.Side}, {(selection.ChannelCount == 1 ? "grey" : "colour")}"),
            ("classes", $"{source.Classes.Count:N0}"),
            ("training images", $"{training.Count:N0}"),
            ("validation images", $"{validation.Count:N0}, of which none is learnt from; they choose the best checkpoint"),
            ("test images", $"{test.Count:N0}"),
            ("left out as damaged", $"{damagedCount:N0}"),
        ]);

        ImageSet NewSet() => new(selection.Side, selection.ChannelCount);

        void Part(List<Sample> ofClass, string name)
        {
            List<Sample> tests = [.. ofClass.Where(sample => sample.Reference.IsTest == true)];
            List<Sample> others = [.. ofClass.Where(sample => sample.Reference.IsTest != true)];
            if (tests.Count == 0)
            {
                tests = Take(others, selection.TestShare);
            }

            List<Sample> validations = Take(others, selection.ValidationShare);
            if (others.Count == 0 || tests.Count == 0)
            {
                throw new InvalidInputException(
                    $"{source.Name}: the class '{name}' has {ofClass.Count} images that can be read, expected at least 3 "
                    + "that differ");
            }

            Add(training, others);
            Add(validation, validations);
            Add(test, tests);
        }
    }

    // Takes the images of the smallest hashes, at least one; equal ones stay together.
    private static List<Sample> Take(List<Sample> sorted, double share)
    {
        int count = Math.Min(sorted.Count, Math.Max(1, (int)Math.Round(share * sorted.Count)));
        while (count > 0 && count < sorted.Count && sorted[count].Hash == sorted[count - 1].Hash)
        {
            count++;
        }

        List<Sample> taken = sorted[..count];
        sorted.RemoveRange(0, count);
        return taken;
    }

    private static void Add(ImageSet set, List<Sample> samples)
    {
        foreach (Sample sample in samples)
        {
            set.Add(sample.Pixels, sample.Reference.Label, sample.Reference.Name);
        }
    }

    private static ulong HashOf(PixelImage image)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(image.Pixels, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    private sealed record Sample(ImageReference Reference, byte[] Pixels, ulong Hash);
}
