using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>What a step gave.</summary>
/// <param name="Loss">The mean loss before the update.</param>
/// <param name="GradientNorm">The global norm of the gradient before clipping.</param>
/// <param name="Rows">Outputs seen: tokens, images, whatever a row of the outputs stands for.</param>
/// <param name="Operations">Operations of the network's passes; the optimiser's are not counted.</param>
public readonly record struct LearnerStep(double Loss, double GradientNorm, long Rows, double Operations);

/// <summary>
/// One step of learning, whatever the field: batch → network → objective → gradient → clipping → optimiser. Memory is
/// reserved when it is made; a step allocates nothing.
/// </summary>
public sealed unsafe class Learner
{
    // Keeps the clipping factor finite for a gradient of zeros (as PyTorch's clip_grad_norm_ does).
    private const double ClipEpsilon = 1e-6;

    private readonly IFieldSession _session;
    private readonly Network _network;
    private readonly LearningRecipe _recipe;

    /// <summary>Reserves optimiser state and, where the recipe wants one, the average of the parameters.</summary>
    /// <param name="session">What is learnt; its recipe says how.</param>
    /// <param name="plan">Where memory is reserved; committed by the caller.</param>
    public Learner(IFieldSession session, MemoryPlan plan)
    {
        _session = session;
        _network = session.Network;
        _recipe = session.Recipe.Learning;
        Kernels kernels = _network.Kernels;
        ParameterStore store = _network.Parameters;
        Optimizer = _recipe.Optimizer == OptimizerKind.Muon
            ? new MuonOptimizer(kernels, plan, store, _recipe)
            : new AdamWOptimizer(kernels, plan, store, store.Parameters, _recipe);
        Average = _recipe.AverageDecay > 0
            ? new ParameterAverage(kernels, plan, store, _recipe.AverageDecay)
            : null;
    }

    /// <summary>What moves the parameters.</summary>
    public IOptimizer Optimizer { get; }

    /// <summary>The moving average of the parameters, or null.</summary>
    public ParameterAverage? Average { get; }

    /// <summary>All tensors that decide the steps to come, by the file of a checkpoint.</summary>
    public IReadOnlyList<StateFile> State()
    {
        ParameterStore store = _network.Parameters;
        List<StateFile> files =
        [
            StateFile.OfParameters(StateFile.ParametersName, store, store.Values),
            new(StateFile.OptimizerName, [.. Optimizer.State.Select(
                state => new StateTensor(state.Name, [state.Buffer.ElementCount], state.Buffer.Floats))]),
        ];
        if (Average is not null)
        {
            files.Add(StateFile.OfParameters(StateFile.AverageName, store, Average.Values));
        }

        return files;
    }

    /// <summary>Whether every parameter is a finite number.</summary>
    public bool IsFinite()
    {
        ParameterStore store = _network.Parameters;
        return double.IsFinite(_network.Kernels.SumOfSquares(store.Values, store.FlatCount));
    }

    /// <summary>Gives the network its first parameters.</summary>
    public void Start()
    {
        _session.InitializeParameters();
        Average?.Start();
    }

    /// <summary>Takes one step.</summary>
    /// <param name="step">The number of the step, from 1.</param>
    /// <param name="shareOfPeak">The learning rate as a share of its peak.</param>
    /// <exception cref="TrainingFailedException">Loss or gradient is no finite number; the parameters are as
    /// before.</exception>
    public LearnerStep Step(long step, double shareOfPeak)
    {
        _network.ForgetGradients();
        double loss = 0, operations = 0;
        long rows = 0;
        Batch batch = _session.Batch;
        for (int microBatch = 0; microBatch < _recipe.Accumulation; microBatch++)
        {
            _session.Experience.Fill(batch, step - 1, microBatch);
            MatrixView outputs = _network.Forward(batch);
            double microLoss = _session.Objective.Evaluate(batch, outputs, 1f / _recipe.Accumulation);
            RequireFinite(microLoss, "loss", step);
            _network.Backward(batch, outputs);
            loss += microLoss / _recipe.Accumulation;
            rows += outputs.Rows;
            operations += _network.CountOperations(batch.Sequences, training: true);
        }

        ParameterStore store = _network.Parameters;
        double norm = Math.Sqrt(_network.Kernels.SumOfSquares(store.Gradients, store.FlatCount));
        RequireFinite(norm, "gradient norm", step);
        Optimizer.Step(new OptimizerStep(step, (float)shareOfPeak, ClipScale(norm, _recipe.ClipNorm)));
        Average?.Update(step);
        return new LearnerStep(loss, norm, rows, operations);
    }

    /// <summary>What gradients of this global norm are multiplied by; a largest norm of 0 leaves them.</summary>
    internal static float ClipScale(double norm, float largestNorm) =>
        largestNorm > 0 ? (float)Math.Min(1, largestNorm / (norm + ClipEpsilon)) : 1;

    private static void RequireFinite(double value, string what, long step)
    {
        if (!double.IsFinite(value))
        {
            throw new TrainingFailedException($"the {what} is {value} at step {step}");
        }
    }
}
