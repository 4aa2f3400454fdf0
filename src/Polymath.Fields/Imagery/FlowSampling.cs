using System.Text.Json.Serialization;

namespace Polymath.Fields.Imagery;

/// <summary>How a step along the flow is taken.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SamplerKind>))]
public enum SamplerKind
{
    /// <summary>The mean of the velocities at the step's beginning and end: two passes, an error of the third order.</summary>
    Heun,

    /// <summary>The velocity at the step's beginning: one pass.</summary>
    Euler,
}

/// <summary>How noise becomes images.</summary>
/// <param name="Sampler">How a step is taken.</param>
/// <param name="StepCount">The steps.</param>
/// <param name="Guidance">1: the class as it was learnt.</param>
public sealed record FlowSampling(SamplerKind Sampler, int StepCount, float Guidance)
{
    private const int LargestStepCount = 1000;
    private const float LargestGuidance = 20;

    /// <summary>Appends a sentence for everything that is wrong.</summary>
    internal void Validate(ICollection<string> errors)
    {
        if (StepCount is < 1 or > LargestStepCount)
        {
            errors.Add($"stepCount is {StepCount}, expected 1 to {LargestStepCount}");
        }

        if (!(Guidance is >= 0 and <= LargestGuidance))
        {
            errors.Add($"guidance is {Guidance}, expected 0 to {LargestGuidance}");
        }
    }
}
