using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// Proximal policy optimisation (Schulman et al., 2017, arXiv:1707.06347): the clipped gain of the policy, the clipped
/// error of the values and the policy's entropy. An output row holds the logits of the actions and then the value.
/// </summary>
/// <param name="recipe">Clips and weights.</param>
public sealed unsafe class ProximalObjective(ReinforcementRecipe recipe) : IObjective
{
    /// <summary>Real-valued targets of an output.</summary>
    public const int TargetWidth = 4;

    /// <inheritdoc/>
    public string LossUnit => "policy, value and entropy";

    /// <summary>Writes the targets of an output row of a batch, beside the action itself.</summary>
    /// <param name="targets">[<see cref="TargetWidth"/>].</param>
    /// <param name="logProbability">Of the action, as it was taken.</param>
    /// <param name="advantage">Of the action.</param>
    /// <param name="discountedReturn">What the value should be.</param>
    /// <param name="value">What the value was.</param>
    internal static void WriteTargets(
        float* targets, float logProbability, float advantage, float discountedReturn, float value) =>
        (targets[0], targets[1], targets[2], targets[3]) = (logProbability, advantage, discountedReturn, value);

    /// <inheritdoc/>
    public double Evaluate(Batch batch, MatrixView outputs, float gradientScale)
    {
        double sum = 0;
        float scale = gradientScale / outputs.Rows;
        Span<int> actions = batch.Targets;
        for (int row = 0; row < outputs.Rows; row++)
        {
            Span<float> output = outputs.RowSpan(row);
            float* targets = batch.Values.Row(row);
            sum += Policy(output[..^1], actions[row], targets[0], targets[1], scale);
            sum += Value(ref output[^1], targets[2], targets[3], scale);
        }

        return sum / outputs.Rows;
    }

    // Logits become their gradient: of the gain by the one action, of the entropy by all.
    private double Policy(Span<float> logits, int action, float oldLogProbability, float advantage, float scale)
    {
        Softmax.ToLogProbabilities(logits);
        float logProbability = logits[action];
        float ratio = MathF.Exp(logProbability - oldLogProbability);
        float gain = ratio * advantage;
        float clipped = Math.Clamp(ratio, 1 - recipe.PolicyClip, 1 + recipe.PolicyClip) * advantage;
        float pull = gain <= clipped ? gain : 0;
        float entropy = 0;
        foreach (float logarithm in logits)
        {
            entropy -= MathF.Exp(logarithm) * logarithm;
        }

        for (int index = 0; index < logits.Length; index++)
        {
            float probability = MathF.Exp(logits[index]);
            float towards = index == action ? 1 - probability : -probability;
            float spread = probability * (logits[index] + entropy);
            logits[index] = scale * ((recipe.EntropyBonus * spread) - (pull * towards));
        }

        return -Math.Min(gain, clipped) - (recipe.EntropyBonus * entropy);
    }

    private double Value(ref float value, float target, float oldValue, float scale)
    {
        float error = value - target, slope = error;
        if (recipe.ValueClip > 0)
        {
            float moved = Math.Clamp(value - oldValue, -recipe.ValueClip, recipe.ValueClip);
            float clippedError = oldValue + moved - target;
            if (clippedError * clippedError > error * error)
            {
                // The clip holds it where it is worse: the value does not matter any more.
                (error, slope) = (clippedError, 0);
            }
        }

        value = scale * recipe.ValueWeight * slope;
        return 0.5 * recipe.ValueWeight * error * error;
    }
}
