namespace Polymath.Fields.Images;

/// <summary>How the images of a source are made ready and parted.</summary>
/// <param name="Side">Pixels of the square that they are fitted into.</param>
/// <param name="ChannelCount">1 for grey, 3 for colour.</param>
/// <param name="TestShare">The share of every class that is kept for tests, where the data have no such part.</param>
/// <param name="ValidationShare">The share of every class's other images that is not learnt from.</param>
/// <param name="Strict">Whether a damaged image ends the work; else it is named, counted and left out.</param>
public sealed record ImageSelection(
    int Side, int ChannelCount, float TestShare, float ValidationShare, bool Strict = false);
