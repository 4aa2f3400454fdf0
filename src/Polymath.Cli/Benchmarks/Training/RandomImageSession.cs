using Polymath.Compute;
using Polymath.Fields.Images;
using Polymath.Fields.Vision;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A classifier that learns random images: the cost of a step without the cost of reading and varying them.</summary>
internal sealed class RandomImageSession : IFieldSession, IExperience
{
    /// <summary>The classes of random images.</summary>
    public const int ClassCount = 10;

    private readonly VisionRecipe _recipe;
    private readonly PatchWriter _writer;
    private readonly float[] _pixels;

    public RandomImageSession(Kernels kernels, MemoryPlan plan, VisionRecipe recipe)
    {
        _recipe = recipe;
        _writer = new PatchWriter(recipe.ImageSide, recipe.ChannelCount, recipe.Patch.Size);
        _pixels = new float[recipe.ImageSide * recipe.ImageSide * recipe.ChannelCount];
        var network = new ImageNetwork(
            recipe.Network, recipe.Patch, new FeatureMap(recipe.ImageSide, recipe.ChannelCount), ClassCount,
            recipe.BatchSize);
        Network = network.Build(kernels, plan, training: true, recipe.Learning.Precision);
        Batch = new Batch(plan, network.BatchShape);
        Objective = new VisionObjective(kernels, plan, recipe.BatchSize);
    }

    public Recipe Recipe => _recipe;

    public Network Network { get; }

    public Batch Batch { get; }

    public IExperience Experience => this;

    public IObjective Objective { get; }

    public IExamination Examination => throw new NotSupportedException("random images teach nothing to examine");

    public string RowName => "images";

    public IReadOnlyList<(string Name, string Value)> Facts => [];

    public void Fill(Batch batch, long step, int microBatch)
    {
        var random = new RandomStream(_recipe.Seed, RandomStream.StreamOf("benchmark"), step);
        batch.Sequences.Clear();
        for (int image = 0; image < _recipe.BatchSize; image++)
        {
            foreach (ref float pixel in _pixels.AsSpan())
            {
                pixel = (4 * random.NextSingle()) - 2;
            }

            _writer.Append(batch, _pixels);
            Span<float> target = batch.Values.RowSpan(image);
            target.Clear();
            target[(int)random.NextBelow(ClassCount)] = 1;
        }
    }

    public IReadOnlyList<string> MakeSamples(string samplesFolder) => [];

    public void Dispose()
    {
    }
}
