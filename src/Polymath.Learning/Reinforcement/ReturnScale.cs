namespace Polymath.Learning;

/// <summary>
/// The running deviation of discounted returns, by which rewards are divided: values are of about one size whatever a
/// world pays (Engstrom et al., "Implementation matters in deep policy gradients", 2020).
/// </summary>
internal sealed class ReturnScale(int worldCount, float discount)
{
    private const double Epsilon = 1e-8;

    private readonly double[] _returns = new double[worldCount];
    private double _count, _mean, _squares;

    /// <summary>What rewards are multiplied by: 1 until returns differ.</summary>
    public double Factor => _squares > 0 ? 1 / Math.Sqrt((_squares / _count) + Epsilon) : 1;

    /// <summary>Takes note of rewards [steps, worlds], step by step.</summary>
    public void Observe(ReadOnlySpan<float> rewards, ReadOnlySpan<EpisodeState> states)
    {
        for (int index = 0; index < rewards.Length; index++)
        {
            ref double sum = ref _returns[index % _returns.Length];
            sum = (sum * discount) + rewards[index];
            _count++;
            double difference = sum - _mean;
            _mean += difference / _count;
            _squares += difference * (sum - _mean);
            if (states[index] != EpisodeState.Running)
            {
                sum = 0;
            }
        }
    }

    /// <summary>Writes what it knows.</summary>
    public void Capture(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_mean);
        writer.Write(_squares);
        foreach (double sum in _returns)
        {
            writer.Write(sum);
        }
    }

    /// <summary>Takes up what was captured.</summary>
    public void Restore(BinaryReader reader)
    {
        (_count, _mean, _squares) = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        foreach (ref double sum in _returns.AsSpan())
        {
            sum = reader.ReadDouble();
        }
    }
}
