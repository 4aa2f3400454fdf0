using Polymath.Compute;
using Polymath.Formats.Images;
using Polymath.Learning;

namespace Polymath.Fields.Games.Libretro;

/// <summary>
/// Consoles side by side, all with the same game. An episode begins where the game's start sequence led to, after as many
/// frames of waiting as chance has it (Mnih et al., 2015).
/// </summary>
internal sealed class LibretroEnvironments : IEnvironments
{
    private const int LongestWait = 30;

    private static readonly uint WaitStream = RandomStream.StreamOf("frames before an episode");

    private readonly LibretroGame _game;
    private readonly World[] _worlds;
    private readonly byte[] _start = [];

    /// <summary>Starts the consoles.</summary>
    /// <exception cref="InvalidInputException">Core or game are missing, damaged or do not fit each other, or an address is
    /// beyond the console's memory.</exception>
    public LibretroEnvironments(LibretroGame game, int count)
    {
        _game = game;
        Shape = new EnvironmentShape(game.Side, game.FrameStack, [.. game.Actions.Select(action => action.Name)]);
        _worlds = new World[count];
        try
        {
            for (int index = 0; index < count; index++)
            {
                _worlds[index] = new World(
                    new LibretroCore(game.CorePath, game.RomPath), new FrameStack(game.Side, game.FrameStack));
            }

            RequireAddresses(_worlds[0].Core.Memory.Length);
            foreach (ButtonPress press in game.Start)
            {
                Run(_worlds[0].Core, press.Buttons, press.Frames);
            }

            _start = _worlds[0].Core.Save();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public EnvironmentShape Shape { get; }

    /// <inheritdoc/>
    public int Count => _worlds.Length;

    /// <inheritdoc/>
    public void Start(int index, ulong seed)
    {
        World world = _worlds[index];
        world.Core.Restore(_start);
        var random = new RandomStream(seed, WaitStream);
        Run(world.Core, 0, 1 + (int)random.NextBelow(LongestWait));
        world.Frames.Keep(world.Core, withLast: false);
        world.Frames.Fill();
        world.Score = ScoreOf(world.Core.Memory);
    }

    /// <inheritdoc/>
    public EnvironmentStep Step(int index, int action)
    {
        World world = _worlds[index];
        ushort buttons = _game.Actions[action].Buttons;
        if (_game.FrameSkip > 1)
        {
            Run(world.Core, buttons, _game.FrameSkip - 1);
            world.Frames.Look(world.Core);
        }

        world.Core.Run(buttons);
        world.Frames.Keep(world.Core, withLast: _game.FrameSkip > 1);
        ReadOnlySpan<byte> memory = world.Core.Memory;
        double score = ScoreOf(memory), reward = score - world.Score;
        world.Score = score;
        return new EnvironmentStep(
            (float)(_game.Clip > 0 ? Math.Clamp(reward, -_game.Clip, _game.Clip) : reward), IsEnd(memory));
    }

    /// <inheritdoc/>
    public void Observe(int index, Span<float> observation) => _worlds[index].Frames.Observe(observation);

    /// <inheritdoc/>
    public PixelImage Draw(int index) => _worlds[index].Core.ReadPicture();

    /// <inheritdoc/>
    public byte[] CaptureState()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (World world in _worlds)
        {
            byte[] console = world.Core.Save();
            writer.Write(console.Length);
            writer.Write(console);
            writer.Write(world.Frames.Frames);
            writer.Write(world.Score);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        using var reader = new BinaryReader(new MemoryStream(state.ToArray()));
        foreach (World world in _worlds)
        {
            world.Core.Restore(reader.ReadBytes(reader.ReadInt32()));
            reader.BaseStream.ReadExactly(world.Frames.Frames);
            world.Score = reader.ReadDouble();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int index = 0; index < _worlds.Length; index++)
        {
            _worlds[index]?.Core.Dispose();
            _worlds[index] = null!;
        }
    }

    private static void Run(LibretroCore core, ushort buttons, int frames)
    {
        for (int frame = 0; frame < frames; frame++)
        {
            core.Run(buttons);
        }
    }

    private void RequireAddresses(int memorySize)
    {
        foreach (MemoryValue value in _game.Score.Select(part => part.Value).Concat(_game.Ends.Select(end => end.Value)))
        {
            value.Require(_game.Name, memorySize);
        }
    }

    private double ScoreOf(ReadOnlySpan<byte> memory)
    {
        double sum = 0;
        foreach (ScorePart part in _game.Score)
        {
            sum += part.Worth * part.Value.In(memory);
        }

        return sum;
    }

    private bool IsEnd(ReadOnlySpan<byte> memory)
    {
        foreach (EndCondition end in _game.Ends)
        {
            if (end.IsMet(memory))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class World(LibretroCore core, FrameStack frames)
    {
        public LibretroCore Core => core;

        public FrameStack Frames => frames;

        public double Score { get; set; }
    }
}
