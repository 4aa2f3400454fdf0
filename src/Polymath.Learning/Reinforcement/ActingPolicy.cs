using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>The network as a player: observations of several worlds at once to chances of actions, and values.</summary>
public sealed unsafe class ActingPolicy
{
    private readonly Network _network;
    private readonly Batch _batch;
    private readonly ObservationLayout _layout;

    /// <summary>Reserves a batch of its own; the network may be one that learns meanwhile.</summary>
    /// <param name="network">Outputs are logits of actions and then a value.</param>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="shape">The shape of a batch, for as many images as worlds are asked about at once.</param>
    /// <param name="layout">How observations lie in a batch.</param>
    public ActingPolicy(Network network, MemoryPlan plan, BatchShape shape, ObservationLayout layout)
    {
        (_network, _layout) = (network, layout);
        _batch = new Batch(plan, shape);
    }

    /// <summary>The most worlds that can be asked about at once.</summary>
    public int MaxCount => _batch.Shape.MaxSequences;

    /// <summary>
    /// What the network makes of observations: a row the logarithms of the actions' probabilities and then the value;
    /// valid until the network's next pass.
    /// </summary>
    /// <param name="observations">[count, observation].</param>
    public MatrixView Evaluate(MatrixView observations)
    {
        _layout.Begin(_batch, observations.Rows);
        for (int index = 0; index < observations.Rows; index++)
        {
            _layout.Write(_batch, index, observations.RowSpan(index));
        }

        MatrixView outputs = _network.Forward(_batch);
        for (int index = 0; index < outputs.Rows; index++)
        {
            Softmax.ToLogProbabilities(outputs.RowSpan(index)[..^1]);
        }

        return outputs;
    }
}
