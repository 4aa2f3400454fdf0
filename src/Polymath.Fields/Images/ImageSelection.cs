using Polymath.Compute;

namespace Polymath.Fields.Images;

/// <summary>How the images of a source are made ready and parted.</summary>
/// <param name="Side">Pixels of the square that they are fitted into.</param>
/// <param name="ChannelCount">1 for grey, 3 for colour.</param>
/// <param name="TestShare">The share of every class that is kept for tests, where the data have no such part.</param>
/// <param name="ValidationShare">The share of every class's other images that is not learnt from.</param>
/// <param name="Strict">Whether a damaged image ends the work; else it is named, counted and left out.</param>
public sealed record ImageSelection(
    int Side, int ChannelCount, float TestShare, float ValidationShare, bool Strict = false)
{
    /// <summary>Appends a sentence for everything that is wrong; side and channels may still be left to the data.</summary>
    /// <param name="largestSide">The most pixels of a side.</param>
    /// <param name="errors">Where sentences go.</param>
    internal void Validate(int largestSide, ICollection<string> errors)
    {
        errors.Require(
            Side == 0 || (Side >= 4 && Side <= largestSide), $"imageSide is {Side}, expected 0 or 4 to {largestSide}");
        errors.Require(ChannelCount is 0 or 1 or 3, $"channelCount is {ChannelCount}, expected 0, 1 or 3");
        errors.Require(TestShare is > 0 and <= 0.5f, $"testShare is {TestShare}, expected above 0 and at most 0.5");
        errors.Require(
            ValidationShare is > 0 and <= 0.5f, $"validationShare is {ValidationShare}, expected above 0 and at most 0.5");
    }
}
