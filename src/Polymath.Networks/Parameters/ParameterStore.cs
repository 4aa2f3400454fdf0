using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>
/// All parameters of a network in one flat fp32 buffer, and their gradients in another of the same layout: an
/// optimiser sweeps it, a collective reduces it, a checkpoint writes it, whatever the network.
/// </summary>
public sealed unsafe class ParameterStore
{
    // Every parameter starts on a cache line (16 floats), so kernels never straddle two parameters' lines.
    private const int AlignmentFloats = MemoryPlan.AlignmentBytes / sizeof(float);

    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly List<Parameter> _parameters = [];
    private PlannedBuffer? _values, _gradients;

    /// <summary>The parameters in the order of the flat buffers.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The length of the flat buffers, gaps for alignment included (they stay zero).</summary>
    public long FlatCount { get; private set; }

    /// <summary>The number of parameters proper.</summary>
    public long ParameterCount => _parameters.Sum(parameter => parameter.Specification.Count);

    /// <summary>The flat values [FlatCount].</summary>
    public float* Values => (_values ?? throw NotReserved()).Floats;

    /// <summary>The flat gradients [FlatCount]; zeros where none were added since they were forgotten.</summary>
    public float* Gradients
    {
        get
        {
            foreach (Parameter parameter in _parameters)
            {
                parameter.ClearForgotten();
            }

            return GradientMemory;
        }
    }

    /// <summary>The flat gradients as they lie there, forgotten ones too.</summary>
    internal float* GradientMemory =>
        (_gradients ?? throw new InvalidOperationException("inference has no gradients")).Floats;

    /// <summary>The parameter of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Parameter this[string name] => _byName[name];

    /// <summary>Finds a parameter by name.</summary>
    public Parameter? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The room that so many values take in a flat buffer, the gap behind them included.</summary>
    public static long AlignedCount(long count) => (count + AlignmentFloats - 1) / AlignmentFloats * AlignmentFloats;

    /// <summary>Appends a parameter.</summary>
    public Parameter Add(ParameterSpecification specification)
    {
        if (_values is not null)
        {
            throw new InvalidOperationException("the parameters are reserved; add before that");
        }

        if (specification.RowParts.Sum() != specification.Rows)
        {
            throw new ArgumentException($"the parts of {specification.Name} do not add up to its rows");
        }

        var parameter = new Parameter(this, specification, FlatCount);
        _byName.Add(specification.Name, parameter);
        _parameters.Add(parameter);
        FlatCount += AlignedCount(specification.Count);
        return parameter;
    }

    /// <summary>Reserves the flat buffers, once all parameters are known.</summary>
    /// <param name="plan">Where.</param>
    /// <param name="training">Whether gradients are needed.</param>
    public void Reserve(MemoryPlan plan, bool training)
    {
        _values = plan.Reserve("parameters", FlatCount);
        _gradients = training ? plan.Reserve("gradients", FlatCount) : null;
    }

    /// <summary>Gives every parameter its first values; each parameter's numbers depend on the seed and its name only.</summary>
    public void Initialize(ulong seed)
    {
        foreach (Parameter parameter in _parameters)
        {
            ParameterSpecification specification = parameter.Specification;
            var random = new RandomStream(seed, RandomStream.StreamOf("parameters/" + specification.Name));
            for (long index = 0; index < specification.Count; index++)
            {
                parameter.Data[index] = specification.InitialDeviation == 0
                    ? specification.InitialMean
                    : specification.InitialMean + (specification.InitialDeviation * random.NextNormal());
            }
        }
    }

    /// <summary>Begins new gradients: those of before are not there any more.</summary>
    public void ForgetGradients()
    {
        foreach (Parameter parameter in _parameters)
        {
            parameter.ForgetGradients();
        }
    }

    private static InvalidOperationException NotReserved() => new("the parameters are not reserved yet");
}
