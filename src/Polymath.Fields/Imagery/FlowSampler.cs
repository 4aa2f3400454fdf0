using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>
/// Follows the flow from noise to images by Heun's method, with classifier-free guidance (Ho and Salimans, 2022): the
/// velocity is that of any class plus <c>guidance</c> times the way from there to that of the class.
/// </summary>
public sealed class FlowSampler
{
    private const int LargestStepCount = 1000;
    private const float LargestGuidance = 20;

    private static readonly uint NoiseStream = RandomStream.StreamOf("imagery/sample");

    private readonly Network _network;
    private readonly Batch _batch;
    private readonly FlowRows _rows;
    private readonly int _imageLength;

    /// <summary>Creates a sampler.</summary>
    /// <param name="network">Tells velocities.</param>
    /// <param name="batch">Holds the points of a pass.</param>
    /// <param name="rows">Brings points into batches.</param>
    /// <param name="imageLength">Numbers of an image.</param>
    public FlowSampler(Network network, Batch batch, FlowRows rows, int imageLength) =>
        (_network, _batch, _rows, _imageLength) = (network, batch, rows, imageLength);

    /// <summary>What a number of steps may be.</summary>
    public static string StepCountRange => $"1 to {LargestStepCount}";

    /// <summary>What guidance may be.</summary>
    public static string GuidanceRange => $"0 to {LargestGuidance}";

    /// <summary>Whether a number of steps is in its range.</summary>
    public static bool IsStepCount(int value) => value is >= 1 and <= LargestStepCount;

    /// <summary>Whether guidance is in its range.</summary>
    public static bool IsGuidance(float value) => value is >= 0 and <= LargestGuidance;

    /// <summary>Makes an image for every label.</summary>
    /// <param name="labels">The classes, or <see cref="FlowRows.AnyClass"/>.</param>
    /// <param name="seed">The first noise of image i is keyed by (seed, i).</param>
    /// <param name="stepCount">Steps.</param>
    /// <param name="guidance">1: the class as it was learnt.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>[images][side, side, channels], bytes.</returns>
    public IReadOnlyList<byte[]> Sample(
        IReadOnlyList<int> labels, ulong seed, int stepCount, float guidance, CancellationToken cancellation = default)
    {
        // Every image takes two places of a pass: with its class, and without.
        int atOnce = Math.Max(1, _batch.Shape.MaxSequences / 2);
        var images = new List<byte[]>();
        while (images.Count < labels.Count)
        {
            int[] part = [.. labels.Skip(images.Count).Take(atOnce)];
            float[][] points = [.. part.Select((_, index) => Noise(seed, images.Count + index))];
            Follow(points, part, stepCount, guidance, cancellation);
            images.AddRange(points.Select(point => Array.ConvertAll(point, PatchWriter.ToByte)));
        }

        return images;
    }

    /// <summary>Moves points along the flow from time 0 to 1.</summary>
    internal void Follow(
        float[][] points, int[] labels, int stepCount, float guidance, CancellationToken cancellation)
    {
        float[][] first = NewPoints(points.Length), second = NewPoints(points.Length), guess = NewPoints(points.Length);
        for (int step = 0; step < stepCount; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            float time = (float)step / stepCount, next = (float)(step + 1) / stepCount, length = next - time;
            Velocities(points, labels, time, guidance, first);
            for (int image = 0; image < points.Length; image++)
            {
                for (int index = 0; index < _imageLength; index++)
                {
                    guess[image][index] = points[image][index] + (length * first[image][index]);
                }
            }

            Velocities(guess, labels, next, guidance, second);
            for (int image = 0; image < points.Length; image++)
            {
                for (int index = 0; index < _imageLength; index++)
                {
                    points[image][index] += 0.5f * length * (first[image][index] + second[image][index]);
                }
            }
        }
    }

    private float[] Noise(ulong seed, int image)
    {
        var random = new RandomStream(seed, NoiseStream, image);
        var noise = new float[_imageLength];
        foreach (ref float value in noise.AsSpan())
        {
            value = random.NextNormal();
        }

        return noise;
    }

    private float[][] NewPoints(int count) => [.. Enumerable.Range(0, count).Select(_ => new float[_imageLength])];

    private void Velocities(float[][] points, int[] labels, float time, float guidance, float[][] velocities)
    {
        _batch.Sequences.Clear();
        bool isGuided = guidance != 1;
        for (int image = 0; image < points.Length; image++)
        {
            _rows.Append(_batch, points[image], time, labels[image]);
            if (isGuided)
            {
                _rows.Append(_batch, points[image], time, _rows.AnyClass);
            }
        }

        MatrixView outputs = _network.Forward(_batch);
        var common = new float[_imageLength];
        int positions = _rows.Writer.PositionCount, views = isGuided ? 2 : 1;
        for (int image = 0; image < points.Length; image++)
        {
            float[] velocity = velocities[image];
            _rows.Writer.Read(outputs, image * views * positions, velocity);
            if (isGuided)
            {
                _rows.Writer.Read(outputs, ((image * views) + 1) * positions, common);
                for (int index = 0; index < _imageLength; index++)
                {
                    velocity[index] = common[index] + (guidance * (velocity[index] - common[index]));
                }
            }
        }
    }
}
