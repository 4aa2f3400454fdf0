using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning.Tests;

/// <summary>The clipped objective: its value by the formula, its gradient by finite differences.</summary>
public sealed unsafe class ProximalObjectiveTests
{
    private const int Rows = 40, Actions = 5;

    private static readonly ReinforcementRecipe Recipe = new() { EntropyBonus = 0.3f, ValueWeight = 0.7f };

    [Theory]
    [InlineData(0.2f)]
    [InlineData(0f)]
    public void TheGradientAgreesWithFiniteDifferences(float valueClip)
    {
        using var plan = new MemoryPlan();
        Batch batch = Prepare(plan, out float[] outputs);
        var objective = new ProximalObjective(Recipe with { ValueClip = valueClip });
        float[] gradient = [.. outputs];
        Evaluate(objective, batch, gradient, 1);
        int held = 0;
        for (int index = 0; index < outputs.Length; index++)
        {
            const float Epsilon = 1e-2f;
            double slope = (Shifted(index, Epsilon) - Shifted(index, -Epsilon)) / (2 * Epsilon);
            Assert.Equal(slope, gradient[index], 3e-4);
            held += gradient[index] == 0 ? 1 : 0;
        }

        // Some values are held by their clip, none without one.
        Assert.Equal(valueClip > 0, held > 0);

        double Shifted(int index, float distance)
        {
            float[] shifted = [.. outputs];
            shifted[index] += distance;
            return Evaluate(objective, batch, shifted, 1);
        }
    }

    [Fact]
    public void TheLossIsTheFormulas()
    {
        using var plan = new MemoryPlan();
        Batch batch = Prepare(plan, out float[] outputs);
        double expected = 0;
        for (int row = 0; row < Rows; row++)
        {
            double[] output = [.. outputs.Skip(row * (Actions + 1)).Take(Actions + 1).Select(value => (double)value)];
            double sum = output[..Actions].Sum(Math.Exp);
            double[] probabilities = [.. output[..Actions].Select(logit => Math.Exp(logit) / sum)];
            float[] targets = batch.Values.RowSpan(row).ToArray();
            double ratio = probabilities[batch.Targets[row]] / Math.Exp(targets[0]);
            double gain = Math.Min(ratio * targets[1], Math.Clamp(ratio, 0.8, 1.2) * targets[1]);
            double entropy = -probabilities.Sum(probability => probability * Math.Log(probability));
            double clipped = targets[3] + Math.Clamp(output[Actions] - targets[3], -0.2, 0.2) - targets[2];
            double error = Math.Max(Math.Pow(output[Actions] - targets[2], 2), clipped * clipped);
            expected += (-gain - (0.3 * entropy) + (0.7 * error / 2)) / Rows;
        }

        Assert.Equal(expected, Evaluate(new ProximalObjective(Recipe), batch, outputs, 1), 1e-5);
    }

    [Fact]
    public void TheGradientIsScaled()
    {
        using var plan = new MemoryPlan();
        Batch batch = Prepare(plan, out float[] outputs);
        var objective = new ProximalObjective(Recipe);
        float[] whole = [.. outputs], half = [.. outputs];
        Evaluate(objective, batch, whole, 1);
        Evaluate(objective, batch, half, 0.5f);
        Assert.Equal(whole.Select(value => value / 2), half);
    }

    private static double Evaluate(ProximalObjective objective, Batch batch, float[] outputs, float scale)
    {
        fixed (float* data = outputs)
        {
            return objective.Evaluate(batch, new MatrixView(data, Rows, Actions + 1), scale);
        }
    }

    // Chances near to what they were and far from it, advantages of both signs, values within and without the clip; none
    // so near to a kink that a difference would straddle it.
    private static Batch Prepare(MemoryPlan plan, out float[] outputs)
    {
        var batch = new Batch(plan, new BatchShape(Rows, Rows, ValueWidth: ProximalObjective.TargetWidth));
        plan.Commit();
        var random = new RandomStream(4, 1);
        outputs = new float[Rows * (Actions + 1)];
        foreach (ref float output in outputs.AsSpan())
        {
            output = random.NextNormal();
        }

        for (int row = 0; row < Rows; row++)
        {
            batch.Sequences.Add(1);
            int action = (int)random.NextBelow(Actions);
            batch.Targets[row] = action;
            Span<float> logits = [.. outputs.AsSpan(row * (Actions + 1), Actions)];
            Softmax.ToLogProbabilities(logits);
            float value = outputs[((row + 1) * (Actions + 1)) - 1], far = row % 2 == 0 ? 0.1f : 0.6f;
            ProximalObjective.WriteTargets(
                batch.Values.Row(row), logits[action] + (row % 4 < 2 ? far : -far), random.NextNormal(),
                value + (row % 3 == 0 ? 1 : -1), value + (row % 5 < 3 ? 0.5f : 0.05f));
        }

        return batch;
    }
}
