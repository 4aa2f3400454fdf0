using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Networks;

namespace Polymath.Fields.Imagery;

/// <summary>
/// Follows the flow from noise to images by Heun's or Euler's method, with classifier-free guidance (Ho and Salimans, 2022): the
/// velocity is that of any class plus <c>guidance</c> times the way from there to that of the class.
/// </summary>
public sealed class FlowSampler
{
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

    /// <summary>Makes an image for every label.</summary>
    /// <param name="labels">The classes, or <see cref="FlowRows.AnyClass"/>.</param>
    /// <param name="seed">The first noise of image i is keyed by (seed, i).</param>
    /// <param name="sampling">Steps and guidance.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>[images][side, side, channels], bytes.</returns>
    public IReadOnlyList<byte[]> Sample(
        IReadOnlyList<int> labels, ulong seed, FlowSampling sampling, CancellationToken cancellation = default)
    {
        // Every image takes two places of a pass: with its class, and without.
        int atOnce = Math.Max(1, _batch.Shape.MaxSequences / 2);
        var images = new List<byte[]>();
        while (images.Count < labels.Count)
        {
            int[] part = [.. labels.Skip(images.Count).Take(atOnce)];
            float[][] points = [.. part.Select((_, index) => Noise(seed, images.Count + index))];
            Follow(points, part, sampling, cancellation);
            images.AddRange(points.Select(point => Array.ConvertAll(point, PatchWriter.ToByte)));
        }

        return images;
    }

    /// <summary>Moves points along the flow from time 0 to 1.</summary>
    internal void Follow(float[][] points, int[] labels, FlowSampling sampling, CancellationToken cancellation)
    {
        float[][] first = NewPoints(points.Length), second = NewPoints(points.Length), guess = NewPoints(points.Length);
        for (int step = 0; step < sampling.StepCount; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            float time = (float)step / sampling.StepCount, next = (float)(step + 1) / sampling.StepCount, length = next - time;
            Velocities(points, labels, time, sampling.Guidance, first);
            if (sampling.Sampler == SamplerKind.Euler)
            {
                Move(points, length, first, points);
                continue;
            }

            Move(points, length, first, guess);
            Velocities(guess, labels, next, sampling.Guidance, second);
            Move(points, 0.5f * length, first, points);
            Move(points, 0.5f * length, second, points);
        }
    }

    private static void Move(float[][] from, float length, float[][] velocities, float[][] to)
    {
        for (int image = 0; image < from.Length; image++)
        {
            float[] source = from[image], velocity = velocities[image], target = to[image];
            for (int index = 0; index < source.Length; index++)
            {
                target[index] = source[index] + (length * velocity[index]);
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
