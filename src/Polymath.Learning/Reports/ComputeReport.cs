using Polymath.Networks;

namespace Polymath.Learning;

/// <summary>What a run cost.</summary>
/// <param name="Kernels">What computed.</param>
/// <param name="ThreadCount">The kernels' threads.</param>
/// <param name="ParameterCount">The network's parameters.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="RowName">What rows are called.</param>
/// <param name="Rows">Rows seen.</param>
/// <param name="Operations">Operations of the network's passes, adds and multiplies both counted.</param>
/// <param name="LearningTime">Time spent on steps.</param>
public sealed record ComputeReport(
    string Kernels, int ThreadCount, long ParameterCount, long Steps, string RowName, long Rows, double Operations,
    TimeSpan LearningTime)
{
    /// <summary>Operations of a petaflop/s-day: 10¹⁵ a second for 86 400 seconds.</summary>
    public const double OperationsPerPetaflopDay = 8.64e19;

    /// <summary>
    /// Operations that the backward pass repeats because activations are not kept, as a share of those counted and not
    /// among them; 0: none.
    /// </summary>
    public double RecomputedShare { get; init; }

    /// <summary>The machine's peak in operations a second; 0: not known.</summary>
    public double PeakFlopsPerSecond { get; init; }

    /// <summary>The memory that was planned; null where the report is not of training.</summary>
    public MemoryReport? Memory { get; init; }

    /// <summary>The most memory that the process held while it learnt; 0: not known.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>The total in petaflop/s-days.</summary>
    public double PetaflopDays => Operations / OperationsPerPetaflopDay;

    /// <summary>Rows a second of learning.</summary>
    public double RowsPerSecond => PerSecond(Rows);

    /// <summary>Operations a second of learning.</summary>
    public double FlopsPerSecond => PerSecond(Operations);

    /// <summary>The share of the peak; 0 where no peak is known.</summary>
    public double ShareOfPeak => PeakFlopsPerSecond > 0 ? FlopsPerSecond / PeakFlopsPerSecond : 0;

    /// <summary>What it took to come as far as this.</summary>
    public static ComputeReport Of(
        IFieldSession session, long steps, long rows, double operations, TimeSpan learningTime)
    {
        Network network = session.Network;
        return new ComputeReport(
            network.Kernels.Name, network.Kernels.ThreadCount, network.Parameters.ParameterCount, steps,
            session.RowName, rows, operations, learningTime);
    }

    private double PerSecond(double amount) =>
        LearningTime > TimeSpan.Zero ? amount / LearningTime.TotalSeconds : 0;
}
