using System.IO.Compression;
using Polymath.Compute;
using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>
/// Experience by acting: the network plays a rollout in all worlds, advantages and returns are estimated, and the
/// rollout's actions are learnt from in shuffled micro-batches, some times over; then the next one is played. What a
/// step learns from depends on the seed and the steps before it alone.
/// </summary>
public sealed class RolloutExperience : IExperience
{
    private static readonly uint ChoiceStream = RandomStream.StreamOf("choices of actions");
    private static readonly uint OrderStream = RandomStream.StreamOf("order of actions");

    private readonly ReinforcementRecipe _recipe;
    private readonly ulong _seed;
    private readonly int _accumulation;
    private readonly EpisodeWorlds _worlds;
    private readonly ActingPolicy _policy;
    private readonly ObservationLayout _layout;
    private readonly Rollout _rollout;
    private readonly PlannedMatrix _lastObservations;
    private readonly ReturnScale _scale;
    private readonly int[] _order;
    private long _orderedPass = -1, _playedRollout = -1;

    // Whether all has been learnt from the rollout.
    private bool _isSpent;

    // The state before a rollout that failed: what a checkpoint is to go on from.
    private byte[]? _stateBeforeFailure;

    /// <summary>Reserves a rollout.</summary>
    /// <param name="recipe">The recipe; <paramref name="reinforcement"/> is its part.</param>
    /// <param name="reinforcement">How rollouts are played and learnt from.</param>
    /// <param name="worlds">The worlds, in which no episode is begun yet.</param>
    /// <param name="policy">Who plays.</param>
    /// <param name="layout">How observations lie in a batch.</param>
    /// <param name="plan">Where memory is reserved.</param>
    /// <param name="clock">What the parts of the work are timed by.</param>
    public RolloutExperience(
        Recipe recipe, ReinforcementRecipe reinforcement, EpisodeWorlds worlds, ActingPolicy policy,
        ObservationLayout layout, MemoryPlan plan, TimeProvider clock)
    {
        (_recipe, _seed, _accumulation) = (reinforcement, recipe.Seed, recipe.Learning.Accumulation);
        (_worlds, _policy, _layout) = (worlds, policy, layout);
        int observationLength = worlds.Shape.ObservationLength;
        _rollout = new Rollout(plan, reinforcement.RolloutSteps, worlds.Count, observationLength);
        _lastObservations = plan.ReserveMatrix("rollouts", worlds.Count, observationLength);
        _scale = new ReturnScale(worlds.Count, reinforcement.Discount);
        _order = new int[_rollout.Length];
        Times = new ActingTimes(clock);
    }

    /// <summary>Where the time went.</summary>
    public ActingTimes Times { get; }

    private int PartsOfPass => _rollout.Length / _recipe.BatchSize;

    /// <inheritdoc/>
    public void Fill(Batch batch, long step, int microBatch)
    {
        Times.BeginFilling();
        long part = (step * _accumulation) + microBatch;
        long pass = part / PartsOfPass, rollout = pass / _recipe.EpochCount;
        if (rollout != _playedRollout)
        {
            PlayOrKeep(rollout);
        }

        if (pass != _orderedPass)
        {
            Shuffle(pass);
        }

        _isSpent = (part + 1) % (PartsOfPass * _recipe.EpochCount) == 0;
        int first = (int)(part % PartsOfPass) * _recipe.BatchSize;
        FillFrom(batch, _order.AsSpan(first, _recipe.BatchSize));
        Times.EndFilling();
    }

    /// <inheritdoc/>
    public byte[] CaptureState()
    {
        if (_stateBeforeFailure is not null)
        {
            return _stateBeforeFailure;
        }

        using var stream = new MemoryStream();
        using (var packing = new BrotliStream(stream, CompressionLevel.Fastest))
        using (var writer = new BinaryWriter(packing))
        {
            writer.Write(_worlds.Count);
            writer.Write(_rollout.StepCount);
            writer.Write(_worlds.Shape.ObservationLength);
            writer.Write(_playedRollout);
            _worlds.Capture(writer);
            _scale.Capture(writer);
            writer.Write(_isSpent);
            if (!_isSpent)
            {
                _rollout.Capture(writer);
            }
        }

        return stream.ToArray();
    }

    /// <inheritdoc/>
    public void RestoreState(ReadOnlySpan<byte> state)
    {
        using var packed = new MemoryStream(state.ToArray());
        using var stream = new BrotliStream(packed, CompressionMode.Decompress);
        using var reader = new BinaryReader(stream);
        try
        {
            Require("environments", reader.ReadInt32(), _worlds.Count);
            Require("steps of a rollout", reader.ReadInt32(), _rollout.StepCount);
            Require("numbers of an observation", reader.ReadInt32(), _worlds.Shape.ObservationLength);
            _playedRollout = reader.ReadInt64();
            _worlds.Restore(reader);
            _scale.Restore(reader);
            _isSpent = reader.ReadBoolean();
            if (!_isSpent)
            {
                _rollout.Restore(reader);
            }
        }
        catch (Exception fault) when (fault is EndOfStreamException or InvalidDataException or InvalidOperationException)
        {
            throw new InvalidInputException("the checkpoint's state of the worlds is damaged", fault);
        }
    }

    private static void Require(string what, int found, int expected)
    {
        if (found != expected)
        {
            throw new InvalidInputException($"the checkpoint was made with {found} {what}, and the recipe says {expected}");
        }
    }

    // A world that fails in the midst of a rollout takes it away, and nothing before; before the first there is nothing.
    private void PlayOrKeep(long number)
    {
        byte[]? before = number == 0 ? null : CaptureState();
        try
        {
            Play(number);
        }
        catch (ExperienceFailedException)
        {
            _stateBeforeFailure = before;
            throw;
        }
    }

    private void Play(long number)
    {
        if (number == 0)
        {
            _worlds.StartAll();
        }

        for (int step = 0; step < _rollout.StepCount; step++)
        {
            Act((number * _rollout.StepCount) + step, step);
        }

        MatrixView last = _lastObservations.View;
        for (int world = 0; world < _worlds.Count; world++)
        {
            _worlds.Observe(world, last.RowSpan(world));
        }

        Times.EndEnvironment();
        ReadValues(_policy.Evaluate(last), _rollout.StepCount);
        Judge();
        Times.EndNetwork();
        _playedRollout = number;
    }

    // One action in every world.
    private void Act(long tick, int step)
    {
        MatrixView seen = _rollout.ObservationsOf(step);
        for (int world = 0; world < _worlds.Count; world++)
        {
            _worlds.Observe(world, seen.RowSpan(world));
        }

        Times.EndEnvironment();
        MatrixView outputs = _policy.Evaluate(seen);
        ReadValues(outputs, step);
        Times.EndNetwork();
        var chance = new RandomStream(_seed, ChoiceStream, tick);
        int first = step * _worlds.Count;
        for (int world = 0; world < _worlds.Count; world++)
        {
            Span<float> logProbabilities = outputs.RowSpan(world)[..^1];
            int action = Softmax.Draw(logProbabilities, chance.NextSingle());
            EpisodeStep done = _worlds.Step(world, action, ref chance);
            _rollout.Actions[first + world] = action;
            _rollout.LogProbabilities[first + world] = logProbabilities[action];
            _rollout.Rewards[first + world] = done.Reward;
            _rollout.States[first + world] = done.State;
            if (done.State != EpisodeState.Running)
            {
                _worlds.StartNext(world);
            }
        }

        Times.CountActions(_worlds.Count);
    }

    private void ReadValues(MatrixView outputs, int step)
    {
        Span<float> values = _rollout.Values.Slice(step * _worlds.Count, _worlds.Count);
        for (int world = 0; world < values.Length; world++)
        {
            values[world] = outputs.RowSpan(world)[^1];
        }
    }

    private void Judge()
    {
        Span<float> rewards = _rollout.Rewards;
        _scale.Observe(rewards, _rollout.States);
        float factor = (float)_scale.Factor;
        foreach (ref float reward in rewards)
        {
            reward *= factor;
        }

        GeneralizedAdvantages.Estimate(
            rewards, _rollout.Values, _rollout.States, _worlds.Count, _recipe.Discount, _recipe.TraceDecay,
            _rollout.Advantages, _rollout.Returns);
        GeneralizedAdvantages.Normalize(_rollout.Advantages);
    }

    // Fisher and Yates.
    private void Shuffle(long pass)
    {
        var random = new RandomStream(_seed, OrderStream, pass);
        for (int index = 0; index < _order.Length; index++)
        {
            int other = (int)random.NextBelow(index + 1);
            _order[index] = _order[other];
            _order[other] = index;
        }

        _orderedPass = pass;
    }

    private unsafe void FillFrom(Batch batch, ReadOnlySpan<int> chosen)
    {
        _layout.Begin(batch, chosen.Length);
        for (int row = 0; row < chosen.Length; row++)
        {
            int index = chosen[row];
            _layout.Write(batch, row, _rollout.Observation(index));
            batch.Targets[row] = _rollout.Actions[index];
            ProximalObjective.WriteTargets(
                batch.Values.Row(row), _rollout.LogProbabilities[index], _rollout.Advantages[index],
                _rollout.Returns[index], _rollout.Values[index]);
        }
    }
}
