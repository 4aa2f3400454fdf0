namespace Polymath.Learning;

/// <summary>
/// What a policy earns in episodes that are never learnt from: played as in learning, with sticky actions, each world
/// the same number of episodes to their end, so that long ones count as much as short ones.
/// </summary>
public sealed class PolicyExamination : IExamination
{
    // 95 % of a normal distribution lie within so many deviations.
    private const double ConfidenceDeviations = 1.96;

    private readonly ReinforcementRecipe _recipe;
    private readonly ulong _seed;
    private readonly IEnvironments _environments;
    private readonly EpisodePlayer _player;
    private readonly IReadOnlyList<ReferenceFigure> _references;
    private readonly ActingTimes? _times;

    /// <summary>Examines a policy.</summary>
    /// <param name="recipe">Episodes and stickiness.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="environments">Worlds of the examination's own; the caller disposes them.</param>
    /// <param name="player">Who plays in them.</param>
    /// <param name="references">Published returns.</param>
    /// <param name="times">What must not count the examination as learning; null: nobody.</param>
    public PolicyExamination(
        ReinforcementRecipe recipe, ulong seed, IEnvironments environments, EpisodePlayer player,
        IReadOnlyList<ReferenceFigure> references, ActingTimes? times)
    {
        (_recipe, _seed, _environments, _player) = (recipe, seed, environments, player);
        (_references, _times) = (references, times);
    }

    /// <summary>The name of the mean of the episodes' returns.</summary>
    public static string MeanReturn => "mean_return";

    /// <inheritdoc/>
    public string DecisiveMetric => MeanReturn;

    /// <inheritdoc/>
    public bool LowerIsBetter => false;

    /// <inheritdoc/>
    public ExaminationResult Examine(ExaminationDepth depth, CancellationToken cancellation = default)
    {
        _times?.BeginPause();
        try
        {
            return depth == ExaminationDepth.Full ? ExamineFully(cancellation) : ExamineQuickly(cancellation);
        }
        finally
        {
            _times?.EndPause();
        }
    }

    private ExaminationResult ExamineQuickly(CancellationToken cancellation)
    {
        IReadOnlyList<EpisodeStep> played = Play("validation", _recipe.QuickEpisodeCount, isRandom: false, cancellation);
        return new ExaminationResult(
            [new(MeanReturn, MeanOf(played)), new("mean_length", played.Average(episode => episode.Length))], [], []);
    }

    private ExaminationResult ExamineFully(CancellationToken cancellation)
    {
        int count = _recipe.FullEpisodeCount;
        IReadOnlyList<EpisodeStep> played = Play("examination", count, isRandom: false, cancellation);
        IReadOnlyList<EpisodeStep> random = Play("examination", count, isRandom: true, cancellation);
        double mean = MeanOf(played);
        double deviation = Math.Sqrt(
            played.Sum(episode => (episode.Return - mean) * (episode.Return - mean)) / Math.Max(1, played.Count - 1));
        double margin = ConfidenceDeviations * deviation / Math.Sqrt(played.Count);
        double[] sorted = [.. played.Select(episode => episode.Return).Order()];
        int cutShort = played.Count(episode => episode.State == EpisodeState.CutShort);
        return new ExaminationResult(
            [
                new(MeanReturn, mean), new("return_low", mean - margin), new("return_high", mean + margin),
                new("median_return", (sorted[(count - 1) / 2] + sorted[count / 2]) / 2),
                new("worst_return", sorted[0]), new("best_return", sorted[^1]),
                new("mean_length", played.Average(episode => episode.Length)), new("episodes", played.Count),
            ],
            [new("random play, measured here", MeanReturn, MeanOf(random)), .. _references],
            [
                "Return low and high bound the mean return with 95 % confidence.",
                $"An action is repeated with probability {_recipe.Stickiness:0.##}; {cutShort} of {played.Count} episodes were "
                + $"cut short after {_recipe.EpisodeSteps:N0} steps.",
            ]);
    }

    private static double MeanOf(IReadOnlyList<EpisodeStep> episodes) => episodes.Average(episode => episode.Return);

    private IReadOnlyList<EpisodeStep> Play(string purpose, int count, bool isRandom, CancellationToken cancellation) =>
        _player.Play(new EpisodeWorlds(_environments, _recipe, _seed, purpose), count, _seed, isRandom, cancellation);
}
