using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>How observations lie in a batch: as the patches of an image, each a position of the trunk.</summary>
public sealed unsafe class ObservationLayout
{
    private readonly int _channelCount, _positionCount;
    private readonly int[]? _pixels;

    /// <summary>Lays out observations of a shape.</summary>
    /// <param name="shape">What is seen.</param>
    /// <param name="patchSize">Pixels of a patch's side; the whole side makes one position.</param>
    public ObservationLayout(EnvironmentShape shape, int patchSize)
    {
        _channelCount = shape.ChannelCount;
        _positionCount = shape.Side / patchSize * (shape.Side / patchSize);
        if (_positionCount > 1)
        {
            var map = new FeatureMap(shape.Side, shape.ChannelCount, patchSize);
            _pixels = [.. Enumerable.Range(0, shape.Side * shape.Side)
                .Select(pixel => map.IndexOf(pixel / shape.Side, pixel % shape.Side))];
        }
    }

    /// <summary>Gives a batch so many sequences.</summary>
    public void Begin(Batch batch, int count)
    {
        batch.Sequences.Clear();
        for (int index = 0; index < count; index++)
        {
            batch.Sequences.Add(_positionCount);
        }
    }

    /// <summary>Writes an observation [side, side, channels] into a sequence of a batch.</summary>
    public void Write(Batch batch, int sequence, ReadOnlySpan<float> observation)
    {
        var features = new Span<float>(batch.Features.Row(sequence * _positionCount), observation.Length);
        if (_pixels is null)
        {
            observation.CopyTo(features);
            return;
        }

        for (int pixel = 0; pixel < _pixels.Length; pixel++)
        {
            observation.Slice(pixel * _channelCount, _channelCount)
                .CopyTo(features.Slice(_pixels[pixel] * _channelCount, _channelCount));
        }
    }
}
