using System.Runtime.InteropServices;
using Polymath.Compute;
using Polymath.Formats.Images;
using Polymath.Learning;

namespace Polymath.Fields.Games.Minatar;

/// <summary>Games of one kind side by side.</summary>
/// <typeparam name="TGame">The game.</typeparam>
internal sealed class MinatarEnvironments<TGame>(int count) : IEnvironments
    where TGame : unmanaged, IMinatarGame
{
    private static readonly uint ChanceStream = RandomStream.StreamOf("games of ten by ten");

    private readonly World[] _worlds = new World[count];

    /// <inheritdoc/>
    public EnvironmentShape Shape { get; } =
        new(IMinatarGame.Side, TGame.Planes.Count, ["none", "left", "up", "right", "down", "fire"]);

    /// <inheritdoc/>
    public int Count => _worlds.Length;

    /// <inheritdoc/>
    public void Start(int index, ulong seed)
    {
        ref World world = ref _worlds[index];
        world.Random = new RandomStream(seed, ChanceStream);
        world.Game.Start(ref world.Random);
    }

    /// <inheritdoc/>
    public EnvironmentStep Step(int index, int action)
    {
        ref World world = ref _worlds[index];
        (int reward, bool isEnd) = world.Game.Step((GameAction)action, ref world.Random);
        return new EnvironmentStep(reward, isEnd);
    }

    /// <inheritdoc/>
    public void Observe(int index, Span<float> observation)
    {
        observation.Clear();
        _worlds[index].Game.Draw(new PlaneCanvas(observation, Shape.ChannelCount));
    }

    /// <inheritdoc/>
    public PixelImage Draw(int index)
    {
        var observation = new float[Shape.ObservationLength];
        Observe(index, observation);
        return ObservationPicture.Draw(observation, Shape);
    }

    /// <inheritdoc/>
    public byte[] CaptureState() => MemoryMarshal.AsBytes<World>(_worlds).ToArray();

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        Span<byte> worlds = MemoryMarshal.AsBytes(_worlds.AsSpan());
        if (state.Length != worlds.Length)
        {
            throw new InvalidInputException(
                $"the checkpoint holds {state.Length} bytes of games, expected {worlds.Length}: "
                + "it is of another game or number of environments");
        }

        state.CopyTo(worlds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private struct World
    {
        public TGame Game;
        public RandomStream Random;
    }
}
