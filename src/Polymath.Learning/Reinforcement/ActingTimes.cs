namespace Polymath.Learning;

/// <summary>
/// Where the time of learning by acting goes: the worlds, the network that plays in them, and learning from it.
/// </summary>
public sealed class ActingTimes(TimeProvider clock)
{
    private long _mark;
    private TimeSpan _environment, _network, _learning;

    /// <summary>Actions taken.</summary>
    public long ActionCount { get; private set; }

    /// <summary>All the time.</summary>
    public TimeSpan Total => _environment + _network + _learning;

    /// <summary>Actions a second, learning from them included.</summary>
    public double ActionsPerSecond => Total > TimeSpan.Zero ? ActionCount / Total.TotalSeconds : 0;

    /// <summary>The share of the worlds.</summary>
    public double EnvironmentShare => Share(_environment);

    /// <summary>The share of the network that plays.</summary>
    public double NetworkShare => Share(_network);

    /// <summary>The share of learning.</summary>
    public double LearningShare => Share(_learning);

    /// <summary>A micro-batch is asked for: what went before, after an earlier one, was learning.</summary>
    internal void BeginFilling()
    {
        TimeSpan before = Lap();
        _learning += ActionCount > 0 ? before : TimeSpan.Zero;
    }

    /// <summary>Something else begins: what went before was learning.</summary>
    internal void BeginPause() => BeginFilling();

    /// <summary>Something else ends: it counts nowhere.</summary>
    internal void EndPause() => Lap();

    /// <summary>The time since the last mark was the worlds'.</summary>
    internal void EndEnvironment() => _environment += Lap();

    /// <summary>The time since the last mark was the playing network's.</summary>
    internal void EndNetwork() => _network += Lap();

    /// <summary>The time since the last mark was learning's.</summary>
    internal void EndFilling() => _learning += Lap();

    /// <summary>Counts actions.</summary>
    internal void CountActions(int count) => ActionCount += count;

    private double Share(TimeSpan part) => Total > TimeSpan.Zero ? part / Total : 0;

    private TimeSpan Lap()
    {
        long now = clock.GetTimestamp();
        TimeSpan lap = clock.GetElapsedTime(_mark, now);
        _mark = now;
        return lap;
    }
}
