using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Networks;

namespace Polymath.Learning.Tests;

public sealed unsafe class LearnerTests
{
    private static readonly PatternRecipe Small = PatternRecipe.Small;

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void TheLossFallsFarBelowChance(OptimizerKind optimizer)
    {
        using Fixture fixture = new(With(learning => learning with { Optimizer = optimizer }));
        double first = fixture.Learner.Step(1, 1).Loss, last = first;
        for (int step = 2; step <= 60; step++)
        {
            last = fixture.Learner.Step(step, 1).Loss;
        }

        double chance = Math.Log(PatternSession.VocabularySize);
        Assert.InRange(first, chance * 0.9, chance * 1.1);
        Assert.InRange(last, 0, first / 2);
    }

    [Fact]
    public void AccumulationGivesWhatALargerBatchGives()
    {
        PatternRecipe recipe = With(learning => learning with { ClipNorm = 0 }) with { SplitsBatch = true };
        using Fixture whole = new(recipe with { BatchSize = 8 });
        using Fixture parts = new(
            recipe with { BatchSize = 2, Learning = recipe.Learning with { Accumulation = 4 } });
        for (int step = 1; step <= 3; step++)
        {
            LearnerStep expected = whole.Learner.Step(step, 0), actual = parts.Learner.Step(step, 0);
            Assert.Equal(expected.Loss, actual.Loss, 1e-6);
            Assert.Equal(expected.GradientNorm, actual.GradientNorm, 1e-6);
            Assert.Equal(expected.Rows, actual.Rows);
            Assert.Equal(expected.Operations, actual.Operations);
            AdamWOptimizerTests.AssertClose(whole.Gradients(), parts.Gradients());
        }
    }

    [Theory]
    [InlineData("large")]
    [InlineData("small")]
    public void ClippingScalesByTheGlobalNormAsTheReferenceDoes(string name)
    {
        float[] matrix = OptimizerFixture.Golden($"clip.{name}.matrix");
        float[] vector = OptimizerFixture.Golden($"clip.{name}.vector");
        double norm = Math.Sqrt(matrix.Concat(vector).Sum(value => (double)value * value));
        Assert.Equal(OptimizerFixture.Golden($"clip.{name}.norm")[0], norm, 1e-5);
        float scale = Learner.ClipScale(norm, 1);
        AdamWOptimizerTests.AssertClose(
            OptimizerFixture.Golden($"clip.{name}.matrix.clipped"), [.. matrix.Select(value => value * scale)]);
        AdamWOptimizerTests.AssertClose(
            OptimizerFixture.Golden($"clip.{name}.vector.clipped"), [.. vector.Select(value => value * scale)]);
        Assert.Equal(1, Learner.ClipScale(norm, 0));
    }

    [Fact]
    public void TheAverageFollowsTheParametersAndSwapsBackToTheBit()
    {
        using Fixture fixture = new(With(learning => learning with { AverageDecay = 0.5f }));
        float[] expected = fixture.Parameters();
        Assert.Equal(expected, fixture.Average());
        for (int step = 1; step <= 8; step++)
        {
            fixture.Learner.Step(step, 1);
            float decay = Math.Min(0.5f, (1f + step) / (10f + step));
            float[] parameters = fixture.Parameters();
            expected = [.. expected.Zip(parameters, (average, value) => (decay * average) + ((1 - decay) * value))];
        }

        float[] last = fixture.Parameters(), average = fixture.Average();
        AdamWOptimizerTests.AssertClose(expected, average);
        fixture.Learner.Average!.Swap();
        Assert.Equal(average, fixture.Parameters());
        Assert.Equal(last, fixture.Average());
        fixture.Learner.Average.Swap();
        Assert.Equal(last, fixture.Parameters());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void ALossThatIsNoNumberStopsBeforeTheParametersMove(double loss)
    {
        using Fixture fixture = new(Small, new PatternField { Loss = (step, value) => step == 3 ? loss : value });
        fixture.Learner.Step(1, 1);
        fixture.Learner.Step(2, 1);
        float[] before = fixture.Parameters();
        TrainingFailedException fault = Assert.Throws<TrainingFailedException>(() => fixture.Learner.Step(3, 1));
        Assert.Equal($"the loss is {loss} at step 3", fault.Message);
        Assert.Equal(before, fixture.Parameters());
    }

    [Fact]
    public void AGradientThatOverflowsStopsBeforeTheParametersMove()
    {
        using Fixture fixture = new(Small);
        fixture.Network.Parameters.Parameters[0].Data[0] = float.NaN;
        float[] before = fixture.Parameters();
        Assert.Throws<TrainingFailedException>(() => fixture.Learner.Step(1, 1));
        Assert.Equal(before, fixture.Parameters());
        Assert.False(fixture.Learner.IsFinite());
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void AStepAllocatesNothing(OptimizerKind optimizer)
    {
        PatternRecipe recipe = With(
            learning => learning with { Optimizer = optimizer, Accumulation = 2, AverageDecay = 0.9f });
        using Fixture fixture = new(recipe, threadCount: 2);
        long allocated = 0;
        for (int step = 1; step <= 40; step++)
        {
            allocated = step == 20 ? GC.GetTotalAllocatedBytes(precise: true) : allocated;
            fixture.Learner.Step(step, 1);
        }

        // Another test's thread may allocate at the same time; these run alone (see AssemblyInfo.cs).
        Assert.Equal(allocated, GC.GetTotalAllocatedBytes(precise: true));
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void TheParametersAreTheSameBitsForAnyNumberOfThreads(OptimizerKind optimizer)
    {
        PatternRecipe recipe = With(learning => learning with { Optimizer = optimizer }) with { BatchSize = 64 };
        using Fixture one = new(recipe, threadCount: 1), two = new(recipe, threadCount: 2);
        using Fixture three = new(recipe, threadCount: 3);
        for (int step = 1; step <= 5; step++)
        {
            double loss = one.Learner.Step(step, 1).Loss;
            Assert.Equal(loss, two.Learner.Step(step, 1).Loss);
            Assert.Equal(loss, three.Learner.Step(step, 1).Loss);
        }

        Assert.Equal(one.Parameters(), two.Parameters());
        Assert.Equal(one.Parameters(), three.Parameters());
    }

    private static PatternRecipe With(Func<LearningRecipe, LearningRecipe> edit) =>
        Small with { Learning = edit(Small.Learning) };

    /// <summary>A learner on the pattern field, without a run around it.</summary>
    private sealed class Fixture : IDisposable
    {
        private readonly MemoryPlan _plan = new();
        private readonly Kernels _kernels;

        public Fixture(PatternRecipe recipe, PatternField? field = null, int threadCount = 1)
        {
            _kernels = CpuKernels.Create(InstructionSets.Chosen, threadCount);
            var context = new SessionContext(_kernels, _plan, "", SessionPurpose.Training, _ => { });
            Session = (field ?? new PatternField()).Open(recipe, context);
            Learner = new Learner(Session, _plan);
            _plan.Commit();
            Learner.Start();
        }

        public IFieldSession Session { get; }

        public Learner Learner { get; }

        public Network Network => Session.Network;

        public float[] Parameters() => Copy(Network.Parameters.Values);

        public float[] Gradients() => Copy(Network.Parameters.Gradients);

        public float[] Average() => Copy(Learner.Average!.Values);

        public void Dispose()
        {
            Session.Dispose();
            _kernels.Dispose();
            _plan.Dispose();
        }

        private float[] Copy(float* values) => new Span<float>(values, (int)Network.Parameters.FlatCount).ToArray();
    }
}
