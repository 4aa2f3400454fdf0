using Polymath.Networks;

namespace Polymath.Learning.Tests;

public sealed class AdamWOptimizerTests
{
    // The settings of the golden sequences; see tools/reference/optimizers.py.
    private static readonly LearningRecipe Golden = new()
    {
        LearningRate = 0.01f, Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f, WeightDecay = 0.1f,
    };

    [Theory]
    [InlineData("wide", 24, 40)]
    [InlineData("vector", 1, 40)]
    public void SixStepsEqualTheReference(string name, int rows, int columns)
    {
        // The reference decays everything, so even the vector is declared a weight.
        using OptimizerFixture fixture = Create(
            Golden, new ParameterSpecification("p", rows, columns, ParameterRole.Weight, 0, 0));
        fixture.SetValues("p", OptimizerFixture.Golden($"initial.{name}"));
        float[] gradients = OptimizerFixture.Golden($"gradients.{name}");
        float[] expected = OptimizerFixture.Golden($"adamw.{name}");
        int count = rows * columns;
        for (int step = 1; step <= 6; step++)
        {
            fixture.SetGradients("p", gradients.AsSpan((step - 1) * count, count));
            fixture.Optimizer.Step(new OptimizerStep(step, 1, 1));
            AssertClose(expected.AsSpan((step - 1) * count, count), fixture.Values("p"));
        }
    }

    [Fact]
    public void WeightsAndEmbeddingsAreDecayedAndVectorsAreNot()
    {
        using OptimizerFixture fixture = Create(
            Golden,
            new ParameterSpecification("weight", 3, 5, ParameterRole.Weight, 1, 0),
            ParameterSpecification.Vector("gain", 7, 1),
            new ParameterSpecification("table", 3, 5, ParameterRole.Embedding, 1, 0));
        fixture.Optimizer.Step(new OptimizerStep(1, 0.5f, 1));
        Assert.All(fixture.Values("weight"), value => Assert.Equal(1 - (0.5f * 0.01f * 0.1f), value, 1e-7f));
        Assert.All(fixture.Values("table"), value => Assert.Equal(1 - (0.5f * 0.01f * 0.1f), value, 1e-7f));
        Assert.All(fixture.Values("gain"), value => Assert.Equal(1f, value));
    }

    [Fact]
    public void AScaledGradientIsTheGradientTimesTheScale()
    {
        var shape = new ParameterSpecification("p", 4, 4, ParameterRole.Weight, 0.5f, 0);
        using OptimizerFixture scaled = Create(Golden, shape), plain = Create(Golden, shape);
        for (int step = 1; step <= 2; step++)
        {
            float[] gradient = [.. Enumerable.Range(0, 16).Select(index => (index - 7f) * step)];
            scaled.SetGradients("p", gradient);
            plain.SetGradients("p", [.. gradient.Select(value => value * 0.25f)]);
            scaled.Optimizer.Step(new OptimizerStep(step, 1, 0.25f));
            plain.Optimizer.Step(new OptimizerStep(step, 1, 1));
        }

        AssertClose(plain.Values("p"), scaled.Values("p"));
    }

    internal static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int index = 0; index < expected.Length; index++)
        {
            Assert.Equal(expected[index], actual[index], 1e-5f);
        }
    }

    private static OptimizerFixture Create(
        LearningRecipe recipe, params ReadOnlySpan<ParameterSpecification> parameters) =>
        new((fixture, plan) => new AdamWOptimizer(
            fixture.Kernels, plan, fixture.Store, fixture.Store.Parameters, recipe), parameters);
}
