using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Networks.Tests;

/// <summary>A small network of images with its memory, random images and targets.</summary>
internal sealed unsafe class ImageFixture : IDisposable
{
    private const int ImageCount = 3, ClassCount = 4;

    private readonly MemoryPlan _plan = new();
    private readonly Kernels _kernels;
    private readonly PlannedBuffer _losses;

    public ImageFixture(
        int side, int channels, int patchSize, int[] stem, TrunkRecipe trunk, int threadCount = 1, bool stemNorm = false)
    {
        _kernels = CpuKernels.Create(InstructionSets.Chosen, threadCount);
        var network = new ImageNetwork(
            trunk, new PatchRecipe { Size = patchSize, StemChannels = stem, StemNorm = stemNorm },
            new FeatureMap(side, channels), ClassCount, ImageCount);
        Network = network.Build(_kernels, _plan, training: true);
        Batch = new Batch(_plan, network.BatchShape);
        _losses = _plan.Reserve("losses", ImageCount);
        _plan.Commit();
        foreach (Parameter parameter in Network.Parameters.Parameters)
        {
            var random = new RandomStream(7, RandomStream.StreamOf(parameter.Specification.Name));
            for (long index = 0; index < parameter.Specification.Count; index++)
            {
                parameter.Data[index] = parameter.Specification.InitialMean + (0.3f * random.NextNormal());
            }
        }

        Fill(network.PositionCount);
    }

    public Network Network { get; }

    public Batch Batch { get; }

    public float[] Outputs() => NetworkFixture.Copy(Network.Forward(Batch));

    /// <summary>The mean loss; gradients are computed where asked for.</summary>
    public double Loss(bool backward = false)
    {
        MatrixView outputs = Network.Forward(Batch);
        _kernels.CrossEntropy(outputs, Batch.Values, backward ? 1f / ImageCount : 0, _losses.Floats);
        if (backward)
        {
            Network.ForgetGradients();
            Network.Backward(Batch, outputs);
        }

        return Enumerable.Range(0, ImageCount).Average(image => (double)_losses.Floats[image]);
    }

    public void Dispose()
    {
        _kernels.Dispose();
        _plan.Dispose();
    }

    private void Fill(int positions)
    {
        var random = new RandomStream(3, 1);
        for (int image = 0; image < ImageCount; image++)
        {
            Batch.Sequences.Add(positions);
        }

        foreach (ref float feature in Batch.Features.AsSpan())
        {
            feature = random.NextNormal();
        }

        foreach (ref float target in Batch.Values.AsSpan())
        {
            target = random.NextSingle();
        }
    }
}
