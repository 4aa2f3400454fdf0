using Polymath.Compute;
using Polymath.Formats.Images;

namespace Polymath.Learning;

/// <summary>Plays whole episodes in worlds side by side, with a policy or at random.</summary>
public sealed class EpisodePlayer
{
    private static readonly uint ChoiceStream = RandomStream.StreamOf("choices of an examined player");

    private readonly ActingPolicy _policy;
    private readonly PlannedMatrix _observations;
    private readonly int[] _active, _left;
    private readonly float[] _uniform;

    /// <summary>Reserves room for observations.</summary>
    /// <param name="environments">The worlds that will be played in.</param>
    /// <param name="policy">Who plays.</param>
    /// <param name="plan">Where memory is reserved.</param>
    public EpisodePlayer(IEnvironments environments, ActingPolicy policy, MemoryPlan plan)
    {
        _policy = policy;
        int count = Math.Min(environments.Count, policy.MaxCount);
        _observations = plan.ReserveMatrix("rollouts", count, environments.Shape.ObservationLength);
        (_active, _left) = (new int[count], new int[count]);
        _uniform = new float[environments.Shape.ActionCount];
        Array.Fill(_uniform, -MathF.Log(_uniform.Length));
    }

    /// <summary>Plays episodes to their end; every world plays the same number, or one more.</summary>
    /// <param name="worlds">The worlds, begun anew.</param>
    /// <param name="episodeCount">The episodes.</param>
    /// <param name="seed">The seed of the choices.</param>
    /// <param name="isRandom">Whether any action is as likely as another; else the policy chooses.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <returns>The last step of every episode.</returns>
    public IReadOnlyList<EpisodeStep> Play(
        EpisodeWorlds worlds, int episodeCount, ulong seed, bool isRandom, CancellationToken cancellation)
    {
        int worldCount = Math.Min(_active.Length, episodeCount);
        for (int world = 0; world < worldCount; world++)
        {
            _left[world] = (episodeCount / worldCount) + (world < episodeCount % worldCount ? 1 : 0);
        }

        worlds.StartAll();
        var ended = new List<EpisodeStep>(episodeCount);
        for (long tick = 0; ended.Count < episodeCount; tick++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<int> active = Observe(worlds, worldCount, isRandom);
            MatrixView outputs = isRandom ? default : _policy.Evaluate(_observations.Top(active.Length));
            var chance = new RandomStream(seed, ChoiceStream, tick);
            for (int row = 0; row < active.Length; row++)
            {
                ReadOnlySpan<float> logProbabilities = isRandom ? _uniform : outputs.RowSpan(row)[..^1];
                int action = Softmax.Draw(logProbabilities, chance.NextSingle());
                EpisodeStep step = worlds.Step(active[row], action, ref chance);
                if (step.State != EpisodeState.Running)
                {
                    ended.Add(step);
                    EndEpisode(worlds, active[row]);
                }
            }
        }

        return ended;
    }

    /// <summary>Plays one episode for people to watch.</summary>
    /// <param name="worlds">The first of them is played in, begun anew.</param>
    /// <param name="draw">Draws that world as it is.</param>
    /// <param name="seed">The seed of the choices.</param>
    public IEnumerable<EpisodeMoment> Watch(EpisodeWorlds worlds, Func<PixelImage> draw, ulong seed)
    {
        worlds.StartAll();
        yield return new EpisodeMoment(0, draw(), "", 0, false);
        bool isEnd = false;
        for (int tick = 0; !isEnd; tick++)
        {
            worlds.Observe(0, _observations.View.RowSpan(0));
            MatrixView outputs = _policy.Evaluate(_observations.Top(1));
            var chance = new RandomStream(seed, ChoiceStream, tick);
            int action = Softmax.Draw(outputs.RowSpan(0)[..^1], chance.NextSingle());
            EpisodeStep step = worlds.Step(0, action, ref chance);
            isEnd = step.State != EpisodeState.Running;
            yield return new EpisodeMoment(step.Length, draw(), worlds.Shape.Actions[action], step.Return, isEnd);
        }
    }

    // The worlds that still have an episode to play, what they show in the first rows.
    private Span<int> Observe(EpisodeWorlds worlds, int worldCount, bool isBlind)
    {
        int count = 0;
        for (int world = 0; world < worldCount; world++)
        {
            if (_left[world] > 0)
            {
                if (!isBlind)
                {
                    worlds.Observe(world, _observations.View.RowSpan(count));
                }

                _active[count++] = world;
            }
        }

        return _active.AsSpan(0, count);
    }

    private void EndEpisode(EpisodeWorlds worlds, int world)
    {
        if (--_left[world] > 0)
        {
            worlds.StartNext(world);
        }
    }
}
