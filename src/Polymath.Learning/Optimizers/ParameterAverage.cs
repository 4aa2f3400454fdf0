using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// An exponential moving average of the parameters (Polyak and Juditsky, 1992), which is examined and kept in their
/// place. The decay grows from little to its value, min(decay, (1 + step) / (10 + step)), so that the first
/// parameters are soon forgotten.
/// </summary>
public sealed unsafe class ParameterAverage
{
    private const int SwapFloats = 1024;

    private readonly Kernels _kernels;
    private readonly ParameterStore _store;
    private readonly float _decay;
    private readonly PlannedBuffer _average;

    /// <summary>Reserves the average.</summary>
    public ParameterAverage(Kernels kernels, MemoryPlan plan, ParameterStore store, float decay)
    {
        _kernels = kernels;
        _store = store;
        _decay = decay;
        _average = plan.Reserve("parameter average", store.FlatCount);
    }

    /// <summary>The average, in the layout of the parameters.</summary>
    public float* Values => _average.Floats;

    /// <summary>Starts from the parameters as they are.</summary>
    public void Start() => _kernels.Blend(Values, 0, _store.Values, 1, _store.FlatCount);

    /// <summary>Takes in the parameters after a step, counted from 1.</summary>
    public void Update(long step)
    {
        float decay = Math.Min(_decay, (1f + step) / (10f + step));
        _kernels.Blend(Values, decay, _store.Values, 1 - decay, _store.FlatCount);
    }

    /// <summary>Exchanges average and parameters: called again, it restores both to the bit.</summary>
    public void Swap()
    {
        Span<float> kept = stackalloc float[SwapFloats];
        for (long done = 0; done < _store.FlatCount; done += SwapFloats)
        {
            int count = (int)Math.Min(SwapFloats, _store.FlatCount - done);
            var average = new Span<float>(Values + done, count);
            var parameters = new Span<float>(_store.Values + done, count);
            parameters.CopyTo(kept);
            average.CopyTo(parameters);
            kept[..count].CopyTo(average);
        }
    }
}
