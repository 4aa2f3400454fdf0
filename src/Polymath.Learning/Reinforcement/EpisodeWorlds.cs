using Polymath.Compute;

namespace Polymath.Learning;

/// <summary>How an episode goes on or ends.</summary>
public enum EpisodeState
{
    /// <summary>It goes on.</summary>
    Running,

    /// <summary>The world ended it.</summary>
    Ended,

    /// <summary>It was cut short at its largest length: what would have followed is worth something.</summary>
    CutShort,
}

/// <summary>What an action led to.</summary>
/// <param name="Reward">What it earned.</param>
/// <param name="State">Whether the episode goes on.</param>
/// <param name="Return">All that the episode earned so far.</param>
/// <param name="Length">Its steps so far.</param>
public readonly record struct EpisodeStep(float Reward, EpisodeState State, double Return, int Length);

/// <summary>
/// Episodes in worlds side by side, one after the other in each, with sticky actions and a largest length: the way in
/// which worlds are played whether to learn, to be examined or to be watched.
/// </summary>
public sealed class EpisodeWorlds
{
    private readonly IEnvironments _environments;
    private readonly ReinforcementRecipe _recipe;
    private readonly ulong _seed;
    private readonly uint _stream;
    private readonly Episode[] _episodes;

    /// <summary>Takes over worlds, in which no episode is begun yet.</summary>
    /// <param name="environments">The worlds; the caller disposes them.</param>
    /// <param name="recipe">Stickiness and largest length.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What is played for: episodes of different purposes have different seeds.</param>
    public EpisodeWorlds(IEnvironments environments, ReinforcementRecipe recipe, ulong seed, string purpose)
    {
        (_environments, _recipe, _seed) = (environments, recipe, seed);
        _stream = RandomStream.StreamOf("episodes: " + purpose);
        _episodes = new Episode[environments.Count];
    }

    /// <summary>The number of worlds.</summary>
    public int Count => _episodes.Length;

    /// <summary>What is seen and what can be done.</summary>
    public EnvironmentShape Shape => _environments.Shape;

    /// <summary>Begins the first episode of every world.</summary>
    public void StartAll()
    {
        Array.Clear(_episodes);
        for (int index = 0; index < _episodes.Length; index++)
        {
            StartNext(index);
        }
    }

    /// <summary>Begins the next episode of a world.</summary>
    public void StartNext(int index)
    {
        ref Episode episode = ref _episodes[index];
        long number = (episode.Number * _episodes.Length) + index;
        var random = new RandomStream(_seed, _stream, number);
        episode = new Episode { Number = episode.Number + 1 };
        _environments.Start(index, random.NextUInt64());
    }

    /// <summary>Writes what is seen now.</summary>
    public void Observe(int index, Span<float> observation) => _environments.Observe(index, observation);

    /// <summary>Acts once, or repeats the last action as chance has it.</summary>
    /// <param name="index">In which world.</param>
    /// <param name="action">What the player chose.</param>
    /// <param name="chance">Asked once.</param>
    public EpisodeStep Step(int index, int action, ref RandomStream chance)
    {
        ref Episode episode = ref _episodes[index];
        if (chance.NextSingle() >= _recipe.Stickiness)
        {
            episode.LastAction = action;
        }

        EnvironmentStep step = _environments.Step(index, episode.LastAction);
        episode.Return += step.Reward;
        episode.Length++;
        EpisodeState state = step.IsEnd ? EpisodeState.Ended
            : episode.Length >= _recipe.EpisodeSteps ? EpisodeState.CutShort : EpisodeState.Running;
        return new EpisodeStep(step.Reward, state, episode.Return, episode.Length);
    }

    /// <summary>Writes all episodes and worlds.</summary>
    internal void Capture(BinaryWriter writer)
    {
        foreach (Episode episode in _episodes)
        {
            writer.Write(episode.Number);
            writer.Write(episode.LastAction);
            writer.Write(episode.Return);
            writer.Write(episode.Length);
        }

        byte[] worlds = _environments.CaptureState();
        writer.Write(worlds.Length);
        writer.Write(worlds);
    }

    /// <summary>Takes up captured episodes and worlds.</summary>
    internal void Restore(BinaryReader reader)
    {
        for (int index = 0; index < _episodes.Length; index++)
        {
            _episodes[index] = new Episode
            {
                Number = reader.ReadInt64(),
                LastAction = reader.ReadInt32(),
                Return = reader.ReadDouble(),
                Length = reader.ReadInt32(),
            };
        }

        _environments.RestoreState(reader.ReadBytes(reader.ReadInt32()));
    }

    private struct Episode
    {
        // Episodes begun in this world.
        public long Number;
        public int LastAction, Length;
        public double Return;
    }
}
