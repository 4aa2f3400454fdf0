using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>One network, whatever the field: an input port, the trunk, an output head.</summary>
public sealed unsafe class Network
{
    private readonly NetworkBuilder _builder;
    private readonly PlannedMatrix _input, _gradient, _outputGradient;
    private MatrixView _trunkOutput;

    /// <summary>Puts the parts together and reserves the parameters; the plan is committed by the caller.</summary>
    public Network(NetworkBuilder builder, IInputPort port, Trunk trunk, IOutputHead head)
    {
        _builder = builder;
        Port = port;
        Trunk = trunk;
        Head = head;
        int width = trunk.Recipe.Width;
        _input = builder.Saved("residual.0", width, DataType.Float32);
        _gradient = builder.BackwardScratch("gradient of the residual stream", width, DataType.Float32);
        _outputGradient = builder.BackwardScratch("gradient of a norm's output", width);
        builder.Parameters.Reserve(builder.Plan, builder.Training);
    }

    /// <summary>What computes.</summary>
    public Kernels Kernels => _builder.Kernels;

    /// <summary>The flat parameters and gradients.</summary>
    public ParameterStore Parameters => _builder.Parameters;

    /// <summary>The weights that are kept packed and are no parameters, by the name that they would have as such.</summary>
    public IReadOnlyDictionary<string, PackedWeights> PackedWeights => _builder.PackedWeights;

    /// <summary>Inputs to the residual stream.</summary>
    public IInputPort Port { get; }

    /// <summary>The shared body.</summary>
    public Trunk Trunk { get; }

    /// <summary>The trunk's output to outputs.</summary>
    public IOutputHead Head { get; }

    /// <summary>The forward pass: the outputs [OutputCount, Head.Width], valid until the next pass.</summary>
    public MatrixView Forward(Batch batch)
    {
        MatrixView input = _input.Top(batch.RowCount);
        Port.Forward(batch, input);
        _trunkOutput = Trunk.Forward(batch.Sequences, input);
        return Head.Forward(batch.Sequences, _trunkOutput);
    }

    /// <summary>The backward pass of the last forward pass: adds the gradients of all parameters.</summary>
    /// <param name="batch">The batch of the forward pass.</param>
    /// <param name="dOutputs">[OutputCount, Head.Width], usually the outputs themselves, turned by the objective.</param>
    public void Backward(Batch batch, MatrixView dOutputs)
    {
        MatrixView dTrunkOutput = _outputGradient.Top(batch.RowCount);
        Head.Backward(batch.Sequences, _trunkOutput, dOutputs, dTrunkOutput);
        MatrixView dx = _gradient.Top(batch.RowCount);
        Trunk.Backward(batch.Sequences, dTrunkOutput, dx);
        Port.Backward(batch, dx);
    }

    /// <summary>Forgets all gradients.</summary>
    public void ForgetGradients() => Parameters.ForgetGradients();

    /// <summary>
    /// Operations that the backward pass repeats because activations were not kept, beside those of
    /// <see cref="CountOperations"/>; 0 where they are kept.
    /// </summary>
    public double CountRecomputation(SequenceLayout sequences) => Trunk.CountRecomputation(sequences);

    /// <summary>
    /// Operations (adds and multiplies both count) of one pass over the batch: the matrix products and attention
    /// exactly; norms, activations and the softmax, below one percent together, are left out.
    /// </summary>
    /// <param name="sequences">How rows form sequences.</param>
    /// <param name="training">With the backward pass, which costs twice the forward pass.</param>
    public double CountOperations(SequenceLayout sequences, bool training)
    {
        double forward = Port.CountOperations(sequences)
            + Trunk.CountOperations(sequences)
            + Head.CountOperations(sequences);
        return training ? 3 * forward : forward;
    }
}
