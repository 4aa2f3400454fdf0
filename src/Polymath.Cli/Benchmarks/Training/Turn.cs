namespace Polymath.Cli.Benchmarks.Training;

/// <summary>What one turn of training steps took.</summary>
/// <param name="WallSecondsPerStep">Elapsed time of a step.</param>
/// <param name="RowsPerSecond">Rows (tokens) a second of elapsed time.</param>
/// <param name="RowsPerCpuSecond">Rows (tokens) a second of processor time, all threads.</param>
internal readonly record struct Turn(double WallSecondsPerStep, double RowsPerSecond, double RowsPerCpuSecond);
