using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Formats.Safetensors;
using Polymath.Networks;

namespace Polymath.Learning.Tests;

/// <summary>Parameters without a network, moved by given gradients.</summary>
internal sealed unsafe class OptimizerFixture : IDisposable
{
    private readonly MemoryPlan _plan = new();

    public OptimizerFixture(
        Func<OptimizerFixture, MemoryPlan, IOptimizer> optimizer,
        params ReadOnlySpan<ParameterSpecification> parameters)
    {
        foreach (ParameterSpecification parameter in parameters)
        {
            Store.Add(parameter);
        }

        Store.Reserve(_plan, training: true);
        Optimizer = optimizer(this, _plan);
        _plan.Commit();
        Store.Initialize(1);
    }

    public Kernels Kernels { get; } = CpuKernels.Create(InstructionSets.Chosen, 1);

    public ParameterStore Store { get; } = new();

    public IOptimizer Optimizer { get; }

    public static string GoldenPath => Path.Combine(AppContext.BaseDirectory, "Golden", "optimizers.safetensors");

    public static float[] Golden(string name)
    {
        using SafetensorsFile file = SafetensorsFile.Open(GoldenPath);
        var values = new float[file[name].ElementCount];
        file.ReadFloat32(name, values);
        return values;
    }

    public float[] Values(string name) => Copy(Store[name].Data, Store[name].Specification.Count);

    public void SetValues(string name, ReadOnlySpan<float> values) => values.CopyTo(Span(Store[name].Data, name));

    public void SetGradients(string name, ReadOnlySpan<float> values) =>
        values.CopyTo(Span(Store[name].Gradient, name));

    public void Dispose()
    {
        Kernels.Dispose();
        _plan.Dispose();
    }

    private Span<float> Span(float* data, string name) => new(data, (int)Store[name].Specification.Count);

    private static float[] Copy(float* data, long count) => new Span<float>(data, (int)count).ToArray();
}
