namespace Polymath.Compute.Tests.Cpu;

/// <summary>Sequences with their memory.</summary>
internal sealed class TestLayout : IDisposable
{
    private readonly MemoryPlan _plan = new();

    public TestLayout(AttentionMask mask, (int Length, int Prefix)[] sequences)
    {
        Layout = new SequenceLayout(_plan, sequences.Length, sequences.Sum(sequence => sequence.Length), mask);
        _plan.Commit();
        foreach ((int length, int prefix) in sequences)
        {
            Layout.Add(length, prefix);
        }
    }

    public SequenceLayout Layout { get; }

    public void Dispose() => _plan.Dispose();
}
