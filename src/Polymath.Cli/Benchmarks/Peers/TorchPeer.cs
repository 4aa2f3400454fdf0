using System.Text.Json;
using Polymath.Compute;

namespace Polymath.Cli.Benchmarks.Peers;

/// <summary>PyTorch training the same model on the same sizes; keeps what each turn took.</summary>
internal sealed class TorchPeer : IDisposable
{
    // Debian's interpreter has Debian's PyTorch; another one on the path need not.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    private readonly PeerProcess _process;
    private readonly List<double> _wallSeconds = [];
    private readonly List<double> _rowRates = [];

    private TorchPeer(PeerProcess process, ProductPrecision precision) =>
        (_process, Precision) = (process, precision);

    /// <summary>Fp32, or bf16 by autocast.</summary>
    public ProductPrecision Precision { get; }

    /// <summary>The peer's name with its version and precision, from its answers.</summary>
    public string Version { get; private set; } = "PyTorch";

    /// <summary>The median wall time of a step.</summary>
    public double WallSecondsPerStep => Median.Of(_wallSeconds);

    /// <summary>The median rows (tokens) a second of processor time, all threads.</summary>
    public double RowsPerCpuSecond => Median.Of(_rowRates);

    /// <summary>
    /// Starts the script in each precision that we have ourselves: another would be compared with nothing, and a
    /// processor without bf16 takes minutes for a step. None, and a note that says what to install, where it cannot be.
    /// </summary>
    /// <param name="script">The script's file name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="threads">Its threads.</param>
    /// <param name="precisions">The precisions.</param>
    /// <param name="notes">Where it says why the list is empty.</param>
    /// <param name="interpreters">Where to look for PyTorch; null: where it usually is.</param>
    public static List<TorchPeer> StartAll(
        string script, IReadOnlyList<string> arguments, int threads, IReadOnlyList<ProductPrecision> precisions,
        Action<string> notes, IReadOnlyList<string>? interpreters = null)
    {
        if (PeerProcess.Folder is null)
        {
            notes("the folder bench/peers is not beside this program: run it from a checkout");
            return [];
        }

        string? interpreter = (interpreters ?? Interpreters).FirstOrDefault(
            candidate => PeerProcess.Succeeds(candidate, "-c", "import torch"));
        if (interpreter is null)
        {
            notes("PyTorch is not installed: on Debian, apt-get install python3-torch libopenblas0-pthread");
            return [];
        }

        string[] all = ["--interleaved", "--threads", $"{threads}", .. arguments];
        return
        [
            .. precisions.Select(precision => new TorchPeer(
                PeerProcess.Start(
                    interpreter, script, precision == ProductPrecision.BFloat16 ? [.. all, "--autocast"] : all),
                precision)),
        ];
    }

    /// <summary>Whether a comparison with ours is fair: bf16 meets both, fp32 only fp32.</summary>
    public bool IsFairTo(ProductPrecision ours) =>
        ours == ProductPrecision.BFloat16 || Precision == ProductPrecision.Float32;

    /// <summary>Waits until the peer has loaded and taken the steps that are not measured.</summary>
    public void WarmUp() => _process.Ask("run 1");

    /// <summary>Lets the peer take one turn.</summary>
    public void Run(int steps)
    {
        JsonElement answer = _process.Ask($"run {steps}");
        Version = $"PyTorch {answer.GetProperty("torch").GetString()} {answer.GetProperty("dtype").GetString()}";
        _wallSeconds.Add(answer.GetProperty("step_wall_s").GetDouble());
        _rowRates.Add(answer.GetProperty("tokens_per_cpu_s").GetDouble());
    }

    /// <summary>The mean held-out loss over random batches, in nats a row.</summary>
    public double Validate(int batches) =>
        _process.Ask($"validate {batches}").GetProperty("validation_loss").GetDouble();

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
