namespace Polymath.Fields.Images;

/// <summary>Labelled images of one size, in memory.</summary>
/// <param name="side">Pixels of a row and of a column.</param>
/// <param name="channelCount">Bytes of a pixel.</param>
public sealed class ImageSet(int side, int channelCount)
{
    private readonly List<byte[]> _pixels = [];
    private readonly List<int> _labels = [];
    private readonly List<string> _names = [];

    /// <summary>Pixels of a row and of a column.</summary>
    public int Side { get; } = side;

    /// <summary>Bytes of a pixel: 1 for grey, 3 for colour.</summary>
    public int ChannelCount { get; } = channelCount;

    /// <summary>Bytes of an image.</summary>
    public int ImageBytes => Side * Side * ChannelCount;

    /// <summary>The images.</summary>
    public int Count => _labels.Count;

    /// <summary>The class of every image.</summary>
    public IReadOnlyList<int> Labels => _labels;

    /// <summary>Where every image comes from.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The pixels of an image [side, side, channels].</summary>
    public ReadOnlyMemory<byte> PixelsOf(int index) => _pixels[index];

    /// <summary>Appends an image.</summary>
    /// <param name="pixels">[side, side, channels]; kept, not copied.</param>
    /// <param name="label">Its class.</param>
    /// <param name="name">Where it comes from.</param>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public void Add(byte[] pixels, int label, string name)
    {
        if (pixels.Length != ImageBytes)
        {
            throw new ArgumentException($"{name} has {pixels.Length} bytes, expected {ImageBytes}");
        }

        _pixels.Add(pixels);
        _labels.Add(label);
        _names.Add(name);
    }
}
