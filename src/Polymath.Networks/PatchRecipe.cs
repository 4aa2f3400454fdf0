using System.Numerics;

namespace Polymath.Networks;

/// <summary>How an image is cut into the positions of the trunk.</summary>
public sealed record PatchRecipe
{
    /// <summary>Pixels of a patch's side; images are a whole number of patches wide and high.</summary>
    public int Size { get; init; } = 4;

    /// <summary>
    /// Channels of the convolutions before the embedding, each of 3 x 3 pixels and GELU (Xiao et al., "Early convolutions
    /// help transformers see better", 2021). The first of them halve the map until the embedding, a convolution as well,
    /// halves it to one position a patch; the others keep it. Empty: patches do not overlap, and are embedded by one
    /// linear layer (Dosovitskiy et al., 2021).
    /// </summary>
    public IReadOnlyList<int> StemChannels { get; init; } = [];

    /// <summary>Whether the channels of every position of the stem's maps are normalised before GELU.</summary>
    public bool StemNorm { get; init; }

    /// <summary>Maps that the stem halves before the embedding.</summary>
    internal int HalvingCount => BitOperations.Log2((uint)Size) - 1;

    /// <summary>Appends a sentence for everything that is wrong, each naming its key.</summary>
    /// <param name="key">The key of this recipe in the whole, such as <c>patch</c>.</param>
    /// <param name="errors">Where sentences go.</param>
    public void Validate(string key, ICollection<string> errors)
    {
        if (Size is < 1 or > 64)
        {
            errors.Add($"{key}.size is {Size}, expected 1 to 64");
        }

        if (StemChannels.Any(channels => channels is < 1 or > 4096))
        {
            errors.Add($"{key}.stemChannels is {string.Join(',', StemChannels)}, expected each from 1 to 4096");
        }

        if (StemChannels.Count > 0 && (Size < 2 || !BitOperations.IsPow2(Size) || StemChannels.Count < HalvingCount))
        {
            errors.Add(
                $"{key}.stemChannels has {StemChannels.Count} convolutions for {key}.size {Size}: expected a size that is a "
                + "power of two, and at least as many convolutions as halve an image to twice its patches");
        }
    }
}
