using Polymath.Compute;
using Polymath.Learning;

namespace Polymath.Cli;

/// <summary>How a trained network is opened.</summary>
/// <param name="ThreadCount">Threads; 0: all cores.</param>
/// <param name="Data">Other data to be examined on; empty: the run's own.</param>
/// <param name="Notes">Where it says what takes long or went wrong.</param>
internal sealed record RunOptions(int ThreadCount, IReadOnlyList<string> Data, Action<string> Notes);

/// <summary>
/// A trained network, opened from a run, a folder in the Hugging Face layout or a GGUF file, with its memory and kernels.
/// </summary>
internal sealed class RunSession : IDisposable
{
    private readonly Kernels _kernels;
    private readonly string _path;
    private TrainedRun? _run;
    private MemoryPlan? _plan;

    private RunSession(string path, Kernels kernels, IField field) => (_path, _kernels, Field) = (path, kernels, field);

    /// <summary>The field.</summary>
    public IField Field { get; }

    /// <summary>The session, its parameters read.</summary>
    public IFieldSession Session { get; private set; } = null!;

    /// <summary>Opens a trained network.</summary>
    /// <param name="path">A run's folder, or a model's, or a model's file.</param>
    /// <param name="purpose">Examination or inference.</param>
    /// <param name="options">Threads, data, and where notes go.</param>
    /// <exception cref="InvalidInputException">The folder holds neither.</exception>
    public static RunSession Open(string path, SessionPurpose purpose, RunOptions options)
    {
        bool isRun = RunFolder.IsRun(path);
        IModelOpener? opener = isRun ? null : FieldCatalogue.All.OfType<IModelOpener>().FirstOrDefault(
            candidate => candidate.IsModel(path));
        if (!isRun && opener is null)
        {
            string fault = Directory.Exists(path) ? "holds neither a run nor a model"
                : File.Exists(path) ? "is no model" : "does not exist";
            throw new InvalidInputException(
                $"{path} {fault}: expected a run's folder, a model's in the Hugging Face layout, or a .gguf file");
        }

        using RunFolder? folder = isRun ? RunFolder.Open(path) : null;
        IField field = opener ?? FieldCatalogue.Find(folder!.ReadField());
        var opened = new RunSession(path, KernelChoice.Create(options.ThreadCount), field);
        try
        {
            if (opener is not null)
            {
                opened.OpenModel(opener, purpose, options);
            }
            else
            {
                opened._run = TrainedRun.Open(field, folder!, opened._kernels, purpose, options.Notes, Change(options));
                opened.Session = opened._run.Session;
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Examines the network on all held-out data.</summary>
    public RunReport Examine(CancellationToken cancellation) => _run is not null
        ? _run.Examine(ExaminationDepth.Full, cancellation)
        : RunReport.Of(
            Field, Session, Path.GetFullPath(_path), Session.Examination.Examine(ExaminationDepth.Full, cancellation),
            ComputeReport.Of(Session, 0, 0, 0, TimeSpan.Zero));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_run is null)
        {
            Session?.Dispose();
        }

        _run?.Dispose();
        _plan?.Dispose();
        _kernels.Dispose();
    }

    private void OpenModel(IModelOpener opener, SessionPurpose purpose, RunOptions options)
    {
        _plan = new MemoryPlan();
        Recipe recipe = opener.RecipeOf(_path) with { Data = options.Data };
        Session = Field.Open(recipe, new SessionContext(_kernels, _plan, _path, purpose, options.Notes));
        _plan.Commit();
        Session.InitializeParameters();
    }

    private static Func<Recipe, Recipe>? Change(RunOptions options) =>
        options.Data.Count == 0 ? null : recipe => recipe with { Data = options.Data };
}
