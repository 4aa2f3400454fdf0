using Polymath.Compute;
using Polymath.Fields.Games.Minatar;
using Polymath.Learning;

namespace Polymath.Cli.Benchmarks;

/// <summary>
/// How many steps of the games one thread takes a second of processor time, observations written: games side by side
/// under random actions, begun again where they end. The median of the rounds.
/// </summary>
internal static class EnvironmentBenchmark
{
    private const string Bench = "environments";
    private const int WorldCount = 128, StepsPerRound = 8000, RoundCount = 5;

    /// <summary>Measures all games.</summary>
    public static IEnumerable<BenchmarkRow> Run()
    {
        foreach (MinatarGame game in MinatarGames.All)
        {
            using IEnvironments worlds = game.Open(WorldCount);
            var rates = new List<double>();

            // The first round compiles.
            for (int round = 0; round <= RoundCount; round++)
            {
                TimeSpan before = Environment.CpuUsage.TotalTime;
                Play(worlds, (ulong)round);
                rates.Add((double)WorldCount * StepsPerRound / (Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }

            yield return new BenchmarkRow(Bench, game.Name, Median.Of(rates[1..]), "steps/s", null, null, 1);
        }
    }

    private static void Play(IEnvironments worlds, ulong seed)
    {
        var random = new RandomStream(seed, RandomStream.StreamOf(Bench));
        var observation = new float[worlds.Shape.ObservationLength];
        for (int index = 0; index < WorldCount; index++)
        {
            worlds.Start(index, random.NextUInt64());
        }

        for (int step = 0; step < StepsPerRound; step++)
        {
            for (int index = 0; index < WorldCount; index++)
            {
                uint action = random.NextUInt32() % (uint)worlds.Shape.ActionCount;
                if (worlds.Step(index, (int)action).IsEnd)
                {
                    worlds.Start(index, random.NextUInt64());
                }

                worlds.Observe(index, observation);
            }
        }
    }
}
