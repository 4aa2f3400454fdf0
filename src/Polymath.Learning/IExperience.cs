using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>Where examples come from: a data set, or acting in a simulator with the current network.</summary>
public interface IExperience
{
    /// <summary>
    /// Fills the batch of a micro-step. All randomness is keyed by seed, step and micro-batch; what cannot be (the
    /// state of a simulator) is in <see cref="CaptureState"/>.
    /// </summary>
    /// <param name="batch">What is filled.</param>
    /// <param name="step">The step that the rows are for, from 0.</param>
    /// <param name="microBatch">The micro-batch of the step, from 0.</param>
    void Fill(Batch batch, long step, int microBatch);

    /// <summary>The state that a resumed run needs beyond the step's number; empty where there is none.</summary>
    byte[] CaptureState() => [];

    /// <summary>Takes up a captured state.</summary>
    void RestoreState(ReadOnlySpan<byte> state)
    {
        if (state.Length > 0)
        {
            throw new Compute.InvalidInputException(
                "the checkpoint holds a state of the experience, and this field has none");
        }
    }
}
