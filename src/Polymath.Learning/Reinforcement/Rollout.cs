using System.Runtime.InteropServices;
using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>
/// What happened in all worlds over some steps [steps, worlds], step by step: what is learnt from.
/// </summary>
internal sealed unsafe class Rollout
{
    private const string Purpose = "rollouts";

    private readonly PlannedMatrix _observations;
    private readonly PlannedBuffer _actions, _states, _logProbabilities, _values, _rewards, _advantages, _returns;

    /// <summary>Reserves room.</summary>
    public Rollout(MemoryPlan plan, int stepCount, int worldCount, int observationLength)
    {
        (StepCount, WorldCount) = (stepCount, worldCount);
        int count = stepCount * worldCount;
        _observations = plan.ReserveMatrix(Purpose, count, observationLength);
        _actions = plan.Reserve(Purpose, count, DataType.Int32);
        _states = plan.Reserve(Purpose, count, DataType.Int32);
        _logProbabilities = plan.Reserve(Purpose, count);
        _values = plan.Reserve(Purpose, count + worldCount);
        _rewards = plan.Reserve(Purpose, count);
        _advantages = plan.Reserve(Purpose, count);
        _returns = plan.Reserve(Purpose, count);
    }

    /// <summary>Steps of every world.</summary>
    public int StepCount { get; }

    /// <summary>The worlds.</summary>
    public int WorldCount { get; }

    /// <summary>Actions of all worlds together.</summary>
    public int Length => StepCount * WorldCount;

    /// <summary>What was chosen [steps, worlds].</summary>
    public Span<int> Actions => _actions.IntegerSpan;

    /// <summary>How episodes went on [steps, worlds].</summary>
    public Span<EpisodeState> States => MemoryMarshal.Cast<int, EpisodeState>(_states.IntegerSpan);

    /// <summary>The logarithms of the chosen actions' probabilities [steps, worlds].</summary>
    public Span<float> LogProbabilities => _logProbabilities.FloatSpan;

    /// <summary>The values of the states before the actions, and of those at the end [steps + 1, worlds].</summary>
    public Span<float> Values => _values.FloatSpan;

    /// <summary>What the actions earned [steps, worlds].</summary>
    public Span<float> Rewards => _rewards.FloatSpan;

    /// <summary>How much better they were than expected [steps, worlds].</summary>
    public Span<float> Advantages => _advantages.FloatSpan;

    /// <summary>What the values should have been [steps, worlds].</summary>
    public Span<float> Returns => _returns.FloatSpan;

    /// <summary>What was seen before the actions of a step [worlds, observation].</summary>
    public MatrixView ObservationsOf(int step) => _observations.View.RowRange(step * WorldCount, WorldCount);

    /// <summary>What was seen before an action.</summary>
    public Span<float> Observation(int index) => _observations.View.RowSpan(index);

    /// <summary>Writes what is learnt from: not the rewards and how episodes went on, which are in the returns.</summary>
    public void Capture(BinaryWriter writer)
    {
        foreach ((nint start, int bytes) in LearntFrom())
        {
            writer.Write(new ReadOnlySpan<byte>((void*)start, bytes));
        }
    }

    /// <summary>Takes up what was captured.</summary>
    public void Restore(BinaryReader reader)
    {
        foreach ((nint start, int bytes) in LearntFrom())
        {
            reader.BaseStream.ReadExactly(new Span<byte>((void*)start, bytes));
        }
    }

    private IEnumerable<(nint Start, int Bytes)> LearntFrom()
    {
        for (int index = 0; index < Length; index++)
        {
            yield return Part(Observation(index));
        }

        yield return Part(Actions);
        yield return Part(LogProbabilities);
        yield return Part(Values);
        yield return Part(Advantages);
        yield return Part(Returns);
    }

    // Planned memory does not move.
    private static (nint Start, int Bytes) Part<T>(Span<T> values)
        where T : unmanaged
    {
        fixed (T* start = values)
        {
            return ((nint)start, values.Length * sizeof(T));
        }
    }
}
