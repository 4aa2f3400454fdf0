using Polymath.Networks;

namespace Polymath.Learning.Tests;

public sealed class MuonOptimizerTests
{
    // The settings of the golden sequences; see tools/reference/optimizers.py.
    private static readonly LearningRecipe Golden = new()
    {
        Optimizer = OptimizerKind.Muon, MuonLearningRate = 0.02f, MuonMomentum = 0.95f, WeightDecay = 0.1f,
        LearningRate = 0.01f, Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f,
    };

    [Theory]
    [InlineData("wide", 24, 40)]
    [InlineData("tall", 40, 24)]
    public void SixStepsEqualTheReference(string name, int rows, int columns)
    {
        using OptimizerFixture fixture = Create(
            Golden, new ParameterSpecification("p", rows, columns, ParameterRole.Weight, 0, 0));
        fixture.SetValues("p", OptimizerFixture.Golden($"initial.{name}"));
        float[] gradients = OptimizerFixture.Golden($"gradients.{name}");
        float[] expected = OptimizerFixture.Golden($"muon.{name}");
        int count = rows * columns;
        for (int step = 1; step <= 6; step++)
        {
            fixture.SetGradients("p", gradients.AsSpan((step - 1) * count, count));
            fixture.Optimizer.Step(new OptimizerStep(step, 1, 1));
            AdamWOptimizerTests.AssertClose(expected.AsSpan((step - 1) * count, count), fixture.Values("p"));
        }
    }

    [Fact]
    public void MatricesThatLieInOneParameterAreEachTreatedByThemselves()
    {
        var joined = new ParameterSpecification("p", 64, 40, ParameterRole.Weight, 0, 0) { RowParts = [24, 40] };
        using OptimizerFixture together = Create(Golden, joined);
        using OptimizerFixture apart = Create(
            Golden,
            new ParameterSpecification("first", 24, 40, ParameterRole.Weight, 0, 0),
            new ParameterSpecification("second", 40, 40, ParameterRole.Weight, 0, 0));
        float[] gradient = [.. Enumerable.Range(0, 64 * 40).Select(index => MathF.Sin(index * index))];
        together.SetGradients("p", gradient);
        apart.SetGradients("first", gradient.AsSpan(0, 24 * 40));
        apart.SetGradients("second", gradient.AsSpan(24 * 40));
        together.Optimizer.Step(new OptimizerStep(1, 1, 1));
        apart.Optimizer.Step(new OptimizerStep(1, 1, 1));
        Assert.Equal([.. apart.Values("first"), .. apart.Values("second")], together.Values("p"));
    }

    [Fact]
    public void EmbeddingsAndVectorsAreAdamW()
    {
        ParameterSpecification[] shapes =
        [
            new("table", 3, 5, ParameterRole.Embedding, 0.5f, 0),
            new("weight", 4, 4, ParameterRole.Weight, 0.5f, 0),
            ParameterSpecification.Vector("gain", 7, 1),
        ];
        using OptimizerFixture muon = Create(Golden, shapes);
        using OptimizerFixture adamW = new(
            (fixture, plan) => new AdamWOptimizer(
                fixture.Kernels, plan, fixture.Store, fixture.Store.Parameters, Golden), shapes);
        foreach (OptimizerFixture fixture in new[] { muon, adamW })
        {
            for (int step = 1; step <= 3; step++)
            {
                fixture.SetGradients("table", [.. Enumerable.Range(-7, 15).Select(index => (float)index * step)]);
                fixture.SetGradients("gain", [.. Enumerable.Range(-3, 7).Select(index => (float)index)]);
                fixture.SetGradients("weight", [.. Enumerable.Range(-7, 16).Select(index => MathF.Cos(index))]);
                fixture.Optimizer.Step(new OptimizerStep(step, 1, 1));
            }
        }

        Assert.Equal(adamW.Values("table"), muon.Values("table"));
        Assert.Equal(adamW.Values("gain"), muon.Values("gain"));
        Assert.NotEqual(adamW.Values("weight"), muon.Values("weight"));
    }

    [Fact]
    public void AGradientOfZerosLeavesTheMatrixFinite()
    {
        using OptimizerFixture fixture = Create(
            Golden, new ParameterSpecification("p", 8, 8, ParameterRole.Weight, 1, 0));
        fixture.Optimizer.Step(new OptimizerStep(1, 1, 1));
        Assert.All(fixture.Values("p"), value => Assert.Equal(1 - (0.02f * 0.1f), value, 1e-6f));
    }

    private static OptimizerFixture Create(
        LearningRecipe recipe, params ReadOnlySpan<ParameterSpecification> parameters) =>
        new((fixture, plan) => new MuonOptimizer(fixture.Kernels, plan, fixture.Store, recipe), parameters);
}
