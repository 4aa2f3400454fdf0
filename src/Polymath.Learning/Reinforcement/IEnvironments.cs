using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>What is seen of a world, and what can be done in it.</summary>
/// <param name="Side">Pixels of the square that is seen; 1 where the world is a vector.</param>
/// <param name="ChannelCount">Numbers of a pixel, or of the vector.</param>
/// <param name="Actions">The actions' names, by their numbers.</param>
public sealed record EnvironmentShape(int Side, int ChannelCount, IReadOnlyList<string> Actions)
{
    /// <summary>Numbers of an observation.</summary>
    public int ObservationLength => Side * Side * ChannelCount;

    /// <summary>The number of actions.</summary>
    public int ActionCount => Actions.Count;
}

/// <summary>What one action led to.</summary>
/// <param name="Reward">What it earned.</param>
/// <param name="IsEnd">Whether the episode is over.</param>
public readonly record struct EnvironmentStep(float Reward, bool IsEnd);

/// <summary>
/// Equal worlds side by side, each with an episode of its own. What happens in a world depends on the seed of its
/// episode and the actions since, and on nothing else: that is what makes runs repeatable.
/// </summary>
public interface IEnvironments : IDisposable
{
    /// <summary>What is seen and what can be done.</summary>
    EnvironmentShape Shape { get; }

    /// <summary>The number of worlds.</summary>
    int Count { get; }

    /// <summary>Begins an episode.</summary>
    /// <param name="index">In which world.</param>
    /// <param name="seed">All chance of the episode comes from it.</param>
    void Start(int index, ulong seed);

    /// <summary>Acts once; after the end of an episode the next one has to be started.</summary>
    EnvironmentStep Step(int index, int action);

    /// <summary>Writes what is seen now [Side, Side, ChannelCount], row by row.</summary>
    void Observe(int index, Span<float> observation);

    /// <summary>A picture of a world as it is now, for people.</summary>
    PixelImage Draw(int index);

    /// <summary>All worlds as they are now.</summary>
    byte[] CaptureState();

    /// <summary>Takes up captured worlds.</summary>
    /// <exception cref="Compute.InvalidInputException">They are of another kind or number.</exception>
    void RestoreState(ReadOnlySpan<byte> state);
}
