using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Games;

/// <summary>A player with its game: worlds to learn in, and others to be examined in.</summary>
public sealed class GamesSession : IFieldSession, IPlayer
{
    // Moments of the sample: a minute and a half.
    private const int SampleMoments = 1500;

    private readonly GamesRecipe _recipe;
    private readonly GameSource _source;
    private readonly IEnvironments _examined;
    private readonly IEnvironments? _played;
    private readonly RolloutExperience? _experience;
    private readonly EpisodePlayer _player;

    private GamesSession(
        GamesRecipe recipe, GameSource source, SessionContext context, IEnvironments examined, IEnvironments? played)
    {
        (_recipe, _source, _examined, _played) = (recipe, source, examined, played);
        ReinforcementRecipe reinforcement = recipe.Reinforcement;
        EnvironmentShape shape = examined.Shape;
        bool isTraining = context.Purpose == SessionPurpose.Training;
        int actingImages = Math.Max(examined.Count, played?.Count ?? 0);
        var network = new ImageNetwork(
            recipe.Network, recipe.Patch, new FeatureMap(shape.Side, shape.ChannelCount), shape.ActionCount + 1,
            isTraining ? Math.Max(actingImages, reinforcement.BatchSize) : actingImages);
        Network = network.Build(
            context.Kernels, context.Plan, isTraining, recipe.Learning.Precision, recipe.Learning.RecomputeActivations);
        var layout = new ObservationLayout(shape, recipe.Patch.Size);
        var policy = new ActingPolicy(
            Network, context.Plan, (network with { MaxImages = actingImages }).BatchShape, layout);
        Batch = new Batch(context.Plan, network.BatchShape with { ValueWidth = ProximalObjective.TargetWidth });
        Objective = new ProximalObjective(reinforcement);
        if (played is not null)
        {
            var worlds = new EpisodeWorlds(played, reinforcement, recipe.Seed, "learning");
            _experience = new RolloutExperience(
                recipe, reinforcement, worlds, policy, layout, context.Plan, context.Clock);
        }

        _player = new EpisodePlayer(examined, policy, context.Plan);
        Examination = new PolicyExamination(
            reinforcement, recipe.Seed, examined, _player, source.References, _experience?.Times);
    }

    /// <inheritdoc/>
    public Recipe Recipe => _recipe;

    /// <inheritdoc/>
    public Network Network { get; }

    /// <inheritdoc/>
    public Batch Batch { get; }

    /// <inheritdoc/>
    public IExperience Experience =>
        _experience ?? throw new InvalidOperationException("this session was opened without worlds to learn in");

    /// <inheritdoc/>
    public IObjective Objective { get; }

    /// <inheritdoc/>
    public IExamination Examination { get; }

    /// <inheritdoc/>
    public string RowName => "samples";

    /// <inheritdoc/>
    public IReadOnlyList<(string Name, string Value)> Facts => [.. WorldFacts(), .. TimeFacts()];

    /// <summary>Opens a session.</summary>
    internal static GamesSession Open(GamesRecipe recipe, SessionContext context)
    {
        GameSource source = GameSources.Find(recipe.Data);
        ReinforcementRecipe reinforcement = recipe.Reinforcement.Resolve(source.Usual);
        recipe = recipe with { Reinforcement = reinforcement };
        var errors = new List<string>();
        recipe.Validate(errors);
        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }

        IEnvironments examined = source.Open(context.Purpose == SessionPurpose.Inference ? 1 : Math.Min(
            reinforcement.EnvironmentCount, Math.Max(reinforcement.QuickEpisodeCount, reinforcement.FullEpisodeCount)));
        IEnvironments? played = null;
        try
        {
            recipe = Resolve(recipe, examined.Shape);
            played = context.Purpose == SessionPurpose.Training ? source.Open(reinforcement.EnvironmentCount) : null;
            return new GamesSession(recipe, source, context, examined, played);
        }
        catch
        {
            played?.Dispose();
            examined.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<EpisodeMoment> Play(ulong seed)
    {
        var worlds = new EpisodeWorlds(_examined, _recipe.Reinforcement, seed, "watching");
        return _player.Watch(worlds, () => _examined.Draw(0), seed);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> MakeSamples(string samplesFolder)
    {
        var film = new EpisodeFilm();
        foreach (EpisodeMoment moment in Play(_recipe.Seed).Take(SampleMoments))
        {
            film.Add(moment);
        }

        Directory.CreateDirectory(samplesFolder);
        string path = Path.Combine(samplesFolder, "episode.gif");
        film.SaveAnimation(path);
        return [$"{film.Summary}: {path}"];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _played?.Dispose();
        _examined.Dispose();
    }

    // What is small enough is one position.
    private static GamesRecipe Resolve(GamesRecipe recipe, EnvironmentShape shape)
    {
        const int LargestWhole = 16, PatchesOfSide = 7;
        int size = recipe.Patch.Size > 0 ? recipe.Patch.Size
            : shape.Side <= LargestWhole ? shape.Side
            : shape.Side / PatchesOfSide;
        if (shape.Side % size != 0)
        {
            throw new InvalidInputException(
                $"patch.size is {size}, expected a divisor of the {shape.Side} pixels that are seen of a side");
        }

        int positions = shape.Side / size * (shape.Side / size);
        return recipe with
        {
            Patch = recipe.Patch with { Size = size },
            Network = recipe.Network with
            {
                ContextLength = positions,
                Positions = positions == 1 ? PositionKind.None : recipe.Network.Positions,
            },
        };
    }

    private IEnumerable<(string Name, string Value)> WorldFacts()
    {
        EnvironmentShape shape = _examined.Shape;
        ReinforcementRecipe reinforcement = _recipe.Reinforcement;
        yield return ("game", _source.Name);
        yield return ("seen", $"{shape.Side} x {shape.Side} x {shape.ChannelCount}");
        yield return ("actions", string.Join(", ", shape.Actions));
        yield return (
            "rollout",
            $"{reinforcement.EnvironmentCount} games of {reinforcement.RolloutSteps} steps, learnt from "
            + $"{reinforcement.EpochCount} times");
    }

    private IEnumerable<(string Name, string Value)> TimeFacts()
    {
        if (_experience?.Times is { ActionCount: > 0 } times)
        {
            yield return (
                "agent steps", $"{times.ActionCount:N0} in this session, {times.ActionsPerSecond:N0} a second, learning included");
            yield return (
                "time",
                $"environment {times.EnvironmentShare:0.0 %}, acting network {times.NetworkShare:0.0 %}, "
                + $"learning {times.LearningShare:0.0 %}");
        }
    }
}
