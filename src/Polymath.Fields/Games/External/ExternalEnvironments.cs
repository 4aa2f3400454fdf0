using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Polymath.Compute;
using Polymath.Formats.Images;
using Polymath.Formats.Json;
using Polymath.Learning;

namespace Polymath.Fields.Games.External;

/// <summary>
/// Worlds of a program that answers on its standard output what is written to its standard input: a process a world, a
/// line of JSON a step. A world's state is the seed of its episode and the actions since; it is taken up by playing them
/// again, and so is that of a process which died.
/// </summary>
internal sealed class ExternalEnvironments : IEnvironments
{
    private const string Hello = """{"polymath":1}""";
    private const int LargestSide = 512, LargestChannelCount = 65_536, LargestActionCount = 1024;
    private const int LargestObservation = 1 << 22;

    // Seeds that every language's JSON reads exactly.
    private const int SeedShift = 11;

    private readonly ExternalGame _game;
    private readonly World[] _worlds;

    /// <summary>Starts a process for every world.</summary>
    /// <exception cref="InvalidInputException">The program cannot be started, or does not speak the protocol.</exception>
    public ExternalEnvironments(ExternalGame game, int count)
    {
        _game = game;
        _worlds = [.. Enumerable.Range(0, count).Select(_ => new World())];
        try
        {
            Shape = Greet(_worlds[0]);
            foreach (World world in _worlds)
            {
                world.Seen = new float[Shape.ObservationLength];
            }
        }
        catch (ExperienceFailedException fault)
        {
            Dispose();
            throw new InvalidInputException(fault.Message, fault);
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
        world.Begin(seed);
        if (!Succeeds(world, () => SendStart(world)))
        {
            Replay(world);
        }
    }

    /// <inheritdoc/>
    public EnvironmentStep Step(int index, int action)
    {
        World world = _worlds[index];
        EnvironmentStep step = default;
        if (!Succeeds(world, () => step = SendAction(world, action)))
        {
            Replay(world);
            step = SendAction(world, action);
        }

        world.Actions.Add((ushort)action);
        return step;
    }

    /// <inheritdoc/>
    public void Observe(int index, Span<float> observation) => _worlds[index].Seen.CopyTo(observation);

    /// <inheritdoc/>
    public PixelImage Draw(int index) => ObservationPicture.Draw(_worlds[index].Seen, Shape);

    /// <inheritdoc/>
    public byte[] CaptureState()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (World world in _worlds)
        {
            writer.Write(world.IsBegun);
            writer.Write(world.Seed);
            writer.Write(world.HashOfSeen());
            writer.Write(world.Actions.Count);
            writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(world.Actions)));
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        using var reader = new BinaryReader(new MemoryStream(state.ToArray()));
        try
        {
            foreach (World world in _worlds)
            {
                Restore(world, reader);
            }
        }
        catch (ExperienceFailedException fault)
        {
            throw new InvalidInputException(fault.Message, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (World world in _worlds)
        {
            world.Process?.Dispose();
            world.Process = null;
        }
    }

    private void Restore(World world, BinaryReader reader)
    {
        bool isBegun = reader.ReadBoolean();
        ulong seed = reader.ReadUInt64(), hash = reader.ReadUInt64();
        var actions = new ushort[Math.Clamp(reader.ReadInt32(), 0, (int)reader.BaseStream.Length)];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(actions.AsSpan()));
        if (!isBegun)
        {
            return;
        }

        if (actions.Any(action => action >= Shape.ActionCount))
        {
            throw new InvalidInputException($"{_game.Name}: the checkpoint is of a game with more actions");
        }

        world.Begin(seed);
        world.Actions.AddRange(actions);
        Replay(world);
        if (world.HashOfSeen() != hash)
        {
            throw new InvalidInputException(
                $"{_game.Name}: the same seed and actions led elsewhere than before, so the run cannot go on exactly; expected "
                + "a simulator whose only chance comes from the seed");
        }
    }

    private EnvironmentShape Greet(World world)
    {
        world.Process = new SimulatorProcess(_game);
        return Understand(world.Process.Ask(Hello), answer =>
        {
            answer.RequireOnly("side", "channels", "actions");
            int side = answer["side"].AsInt32(1, LargestSide);
            int channels = answer["channels"].AsInt32(1, LargestChannelCount);
            string[] actions = [.. answer["actions"].Items().Select(action => action.AsString())];
            if (actions.Length is < 2 or > LargestActionCount)
            {
                throw answer["actions"].Fault($"has {actions.Length} names, expected 2 to {LargestActionCount}");
            }

            return (long)side * side * channels <= LargestObservation
                ? new EnvironmentShape(side, channels, actions)
                : throw answer.Fault($"says observations of more than {LargestObservation:N0} numbers");
        });
    }

    private static void SendStart(World world)
    {
        string seed = (world.Seed >> SeedShift).ToString(CultureInfo.InvariantCulture);
        Understand(world.Process!.Ask($$"""{"start":{{seed}}}"""), answer =>
        {
            answer.RequireOnly("seen");
            See(world, answer["seen"]);
            return true;
        });
    }

    private static EnvironmentStep SendAction(World world, int action)
    {
        string number = action.ToString(CultureInfo.InvariantCulture);
        return Understand(world.Process!.Ask($$"""{"act":{{number}}}"""), answer =>
        {
            answer.RequireOnly("reward", "end", "seen");
            See(world, answer["seen"]);
            return new EnvironmentStep((float)answer["reward"].AsDouble(), answer["end"].AsBoolean());
        });
    }

    // A process that died is started again and brought to where it was, once: what kills it twice kills it always.
    private static bool Succeeds(World world, Action ask)
    {
        try
        {
            if (world.Process is not null)
            {
                ask();
                return true;
            }
        }
        catch (ExperienceFailedException)
        {
        }

        return false;
    }

    // A process of its own, at the place where the world is.
    private void Replay(World world)
    {
        world.Process?.Dispose();
        world.Process = null;
        EnvironmentShape shape = Greet(world);
        if (shape.ObservationLength != Shape.ObservationLength || !shape.Actions.SequenceEqual(Shape.Actions))
        {
            throw new ExperienceFailedException($"{_game.Name}: the simulator says another size or actions than before");
        }

        SendStart(world);
        foreach (ushort action in world.Actions)
        {
            SendAction(world, action);
        }
    }

    private static T Understand<T>(StrictJsonValue answer, Func<StrictJsonValue, T> read)
    {
        try
        {
            return read(answer);
        }
        catch (InvalidInputException fault)
        {
            throw new ExperienceFailedException(fault.Message, fault);
        }
    }

    private static void See(World world, StrictJsonValue seen)
    {
        if (seen.Kind == System.Text.Json.JsonValueKind.String)
        {
            SeeBytes(world, seen);
            return;
        }

        if (seen.ItemCount != world.Seen.Length)
        {
            throw seen.Fault($"has {seen.ItemCount} numbers, expected side x side x channels, {world.Seen.Length}");
        }

        int index = 0;
        foreach (StrictJsonValue number in seen.Items())
        {
            float value = (float)number.AsDouble();
            world.Seen[index++] = float.IsFinite(value) ? value : throw number.Fault("is too large");
        }
    }

    private static void SeeBytes(World world, StrictJsonValue seen)
    {
        var bytes = new byte[world.Seen.Length + 1];
        if (!Convert.TryFromBase64String(seen.AsString(), bytes, out int count) || count != world.Seen.Length)
        {
            throw seen.Fault($"is no base64 of side x side x channels bytes, {world.Seen.Length}");
        }

        for (int index = 0; index < count; index++)
        {
            world.Seen[index] = bytes[index] / (float)byte.MaxValue;
        }
    }

    private sealed class World
    {
        public SimulatorProcess? Process { get; set; }

        public bool IsBegun { get; private set; }

        public ulong Seed { get; private set; }

        public List<ushort> Actions { get; } = [];

        public float[] Seen { get; set; } = [];

        public void Begin(ulong seed)
        {
            (IsBegun, Seed) = (true, seed);
            Actions.Clear();
        }

        public ulong HashOfSeen() => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(Seen.AsSpan()));
    }
}
