using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Fields.Images;
using Polymath.Fields.Imagery;
using Polymath.Networks;

namespace Polymath.Fields.Tests.Imagery;

public sealed unsafe class FlowTests
{
    private const int Side = 4, ClassCount = 2;

    [Fact]
    public void PatchesAreReadAsTheyWereWritten()
    {
        var writer = new PatchWriter(6, 3, 2);
        using var plan = new MemoryPlan();
        PlannedMatrix rows = plan.ReserveMatrix("test", writer.PositionCount + 1, writer.PatchWidth + 2);
        plan.Commit();
        float[] pixels = [.. Enumerable.Range(0, 6 * 6 * 3).Select(index => (float)index)], read = new float[pixels.Length];
        writer.Write(pixels, rows.View, 1);
        writer.Read(rows.View, 1, read);
        Assert.Equal(pixels, read);

        // The second patch of the first row begins with the third pixel.
        Assert.Equal(6, rows.View.RowSpan(2)[0]);
        Assert.Equal(0, rows.View.RowSpan(0)[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128)]
    [InlineData(255)]
    public void BytesComeBackFromNumbers(byte value) =>
        Assert.Equal(value, PatchWriter.ToByte(PatchWriter.Normalize(value)));

    [Fact]
    public void AnExampleLiesOnTheLineWhoseVelocityItHas()
    {
        using var fixture = new Fixture();
        var images = new ImageSet(Side, 1);
        images.Add([.. Enumerable.Range(0, 16).Select(index => (byte)(16 * index))], 1, "image");
        var examples = new FlowExamples(fixture.Rows, images);
        var random = new RandomStream(1, 2);
        examples.Append(fixture.Batch, 0, classDropout: 0, ref random);
        var again = new RandomStream(1, 2);
        float time = 1 / (1 + MathF.Exp(-again.NextNormal()));
        float[] point = new float[16], velocity = new float[16];
        fixture.Rows.Writer.Read(fixture.Batch.Features, 0, point);
        fixture.Rows.Writer.Read(fixture.Batch.Values, 0, velocity);
        for (int index = 0; index < 16; index++)
        {
            // What is left of the way leads to the image.
            Assert.Equal(PatchWriter.Normalize((byte)(16 * index)), point[index] + ((1 - time) * velocity[index]), 1e-4f);
        }

        Span<float> features = fixture.Batch.Features.RowSpan(0);
        Assert.Equal([0, 1, 0], features[^3..].ToArray());
        Assert.Equal(MathF.Cos(MathF.PI * time), features[fixture.Rows.Writer.PatchWidth], 1e-6f);
    }

    [Fact]
    public void TheObjectiveIsTheMeanSquareAndItsGradient()
    {
        using var fixture = new Fixture();
        fixture.Rows.Append(fixture.Batch, new float[16], 0.5f, 0);
        MatrixView outputs = fixture.Network.Forward(fixture.Batch);
        float[] before = [.. Enumerable.Range(0, outputs.Rows).SelectMany(row => outputs.RowSpan(row).ToArray())];
        for (int row = 0; row < outputs.Rows; row++)
        {
            fixture.Batch.Values.RowSpan(row).Fill(0.25f);
        }

        double loss = new FlowObjective().Evaluate(fixture.Batch, outputs, 3);
        Assert.Equal(before.Average(value => (value - 0.25) * (value - 0.25)), loss, 1e-6);
        Assert.Equal(3 * 2 * (before[5] - 0.25f) / before.Length, outputs.RowSpan(5 / outputs.Columns)[5 % outputs.Columns], 1e-6f);
    }

    [Fact]
    public void EveryParameterAgreesWithFiniteDifferences()
    {
        using var fixture = new Fixture();
        var random = new RandomStream(5, 6);
        for (int label = 0; label < 3; label++)
        {
            float[] point = [.. Enumerable.Range(0, 16).Select(_ => random.NextNormal())];
            fixture.Rows.Append(fixture.Batch, point, 0.2f * label, label);
        }

        foreach (ref float value in fixture.Batch.Values.AsSpan())
        {
            value = random.NextNormal();
        }

        fixture.Network.ForgetGradients();
        Loss(backward: true);
        foreach (Parameter parameter in fixture.Network.Parameters.Parameters)
        {
            float[] gradient = Copy(parameter.Gradients), saved = Copy(parameter.Values);
            double norm = Math.Sqrt(gradient.Sum(value => (double)value * value));
            Assert.True(norm > 1e-5, $"{parameter.Specification.Name} has no gradient");
            double epsilon = Math.Clamp(4e-3 / norm, 1e-3, 2e-2);
            double slope = (Shifted(epsilon) - Shifted(-epsilon)) / (2 * epsilon);
            Shifted(0);
            Assert.True(
                Math.Abs(slope - norm) <= (0.01 * norm) + 2e-5,
                $"{parameter.Specification.Name}: gradient {norm:G6}, finite difference {slope:G6}");

            double Shifted(double distance)
            {
                for (int index = 0; index < saved.Length; index++)
                {
                    parameter.Data[index] = (float)(saved[index] + (distance * gradient[index] / norm));
                }

                return Loss();
            }
        }

        double Loss(bool backward = false)
        {
            MatrixView outputs = fixture.Network.Forward(fixture.Batch);
            double loss = new FlowObjective().Evaluate(fixture.Batch, outputs, 1);
            if (backward)
            {
                fixture.Network.Backward(fixture.Batch, outputs);
            }

            return loss;
        }
    }

    [Fact]
    public void SamplesAreTheSameForAnyThreadsAndDifferBySeed()
    {
        byte[][][] made = [.. new[] { (1, 4UL), (2, 4UL), (1, 5UL) }.Select(of =>
        {
            using var fixture = new Fixture(of.Item1);
            return fixture.Sampler.Sample([0, 1, 2, 0, 1], of.Item2, new FlowSampling(SamplerKind.Heun, 3, 1.5f)).ToArray();
        })];
        Assert.Equal(made[0], made[1]);
        Assert.NotEqual(made[0][0], made[2][0]);
        Assert.NotEqual(made[0][0], made[0][3]);
    }

    [Theory]
    [InlineData(SamplerKind.Heun)]
    [InlineData(SamplerKind.Euler)]
    public void AConstantVelocityIsFollowedToItsEnd(SamplerKind sampler)
    {
        // With no weights but the head's bias the velocity is the same everywhere.
        using var fixture = new Fixture();
        foreach (Parameter parameter in fixture.Network.Parameters.Parameters)
        {
            new Span<float>(parameter.Data, (int)parameter.Specification.Count).Clear();
        }

        Parameter bias = fixture.Network.Parameters.Parameters.Single(
            parameter => parameter.Specification.Name == "head.bias");
        new Span<float>(bias.Data, (int)bias.Specification.Count).Fill(0.75f);
        float[][] points = [new float[16]];
        fixture.Sampler.Follow(points, [1], new FlowSampling(sampler, 4, 2), TestContext.Current.CancellationToken);
        Assert.All(points[0], value => Assert.Equal(0.75f, value, 1e-5f));
    }

    private static float[] Copy(MatrixView matrix) => matrix.AsSpan().ToArray();

    private sealed class Fixture : IDisposable
    {
        private readonly MemoryPlan _plan = new();
        private readonly Kernels _kernels;

        public Fixture(int threads = 1)
        {
            _kernels = CpuKernels.Create(InstructionSets.Chosen, threads);
            Rows = new FlowRows(new PatchWriter(Side, 1, 2), ClassCount);
            var trunk = new TrunkRecipe
            {
                LayerCount = 1, Width = 12, HeadCount = 2, FeedForwardWidth = 20, ContextLength = 4,
                Positions = PositionKind.Learned, TiedHead = false,
            };
            var network = new RowNetwork(trunk, Rows.FeatureWidth, Rows.Writer.PatchWidth, 4);
            Network = network.Build(_kernels, _plan, training: true);
            Batch = new Batch(_plan, network.BatchShape);
            _plan.Commit();
            foreach (Parameter parameter in Network.Parameters.Parameters)
            {
                var random = new RandomStream(7, RandomStream.StreamOf(parameter.Specification.Name));
                for (long index = 0; index < parameter.Specification.Count; index++)
                {
                    parameter.Data[index] = parameter.Specification.InitialMean + (0.3f * random.NextNormal());
                }
            }

            Sampler = new FlowSampler(Network, Batch, Rows, Side * Side);
        }

        public FlowRows Rows { get; }

        public Network Network { get; }

        public Batch Batch { get; }

        public FlowSampler Sampler { get; }

        public void Dispose()
        {
            _kernels.Dispose();
            _plan.Dispose();
        }
    }
}
