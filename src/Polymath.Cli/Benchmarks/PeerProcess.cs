using System.Diagnostics;
using System.Text.Json;

namespace Polymath.Cli.Benchmarks;

/// <summary>What a peer measured over some steps.</summary>
/// <param name="WallSecondsPerStep">Elapsed time of a step.</param>
/// <param name="CpuSecondsPerStep">Processor time of a step, all threads.</param>
/// <param name="RowsPerCpuSecond">Rows (tokens) a second of processor time.</param>
internal readonly record struct PeerTiming(double WallSecondsPerStep, double CpuSecondsPerStep, double RowsPerCpuSecond);

/// <summary>
/// A peer script under <c>bench/peers</c> that runs beside us and is told by line when to work, so that both are
/// measured in turn, in one run, on the same machine in the same mood.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    // Debian's interpreter has Debian's PyTorch; another one on the path need not.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>The peer's name with its version, from its first answer.</summary>
    public string Version { get; private set; } = "PyTorch";

    /// <summary>Starts a peer, or says why it cannot be.</summary>
    /// <param name="script">The script's file name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="reason">What to install, where the result is null.</param>
    public static PeerProcess? Start(string script, IReadOnlyList<string> arguments, out string reason)
    {
        reason = "";
        string? folder = FindPeers();
        if (folder is null)
        {
            reason = "the folder bench/peers is not beside this program: run it from a checkout";
            return null;
        }

        string? interpreter = Interpreters.FirstOrDefault(HasTorch);
        if (interpreter is null)
        {
            reason = "PyTorch is not installed: on Debian, apt-get install python3-torch";
            return null;
        }

        var start = new ProcessStartInfo(interpreter)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add(Path.Combine(folder, script));
        start.ArgumentList.Add("--interleaved");
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        SingleThread(start);
        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Lets the peer do some steps.</summary>
    public PeerTiming Run(int steps)
    {
        using JsonDocument answer = Ask($"run {steps}");
        JsonElement root = answer.RootElement;
        Version = $"PyTorch {root.GetProperty("torch").GetString()}";
        return new PeerTiming(
            root.GetProperty("step_wall_s").GetDouble(),
            root.GetProperty("step_cpu_s").GetDouble(),
            root.GetProperty("tokens_per_cpu_s").GetDouble());
    }

    /// <summary>The peer's mean held-out loss over random batches, in nats a row.</summary>
    public double Validate(int batches)
    {
        using JsonDocument answer = Ask($"validate {batches}");
        return answer.RootElement.GetProperty("validation_loss").GetDouble();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.WriteLine("quit");
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
    }

    private JsonDocument Ask(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"the peer ended without an answer to '{command}'");
        return JsonDocument.Parse(line);
    }

    private static string? FindPeers()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string peers = Path.Combine(folder.FullName, "bench", "peers");
            if (Directory.Exists(peers))
            {
                return peers;
            }
        }

        return null;
    }

    private static bool HasTorch(string interpreter)
    {
        var start = new ProcessStartInfo(interpreter, ["-c", "import torch"]) { RedirectStandardError = true };
        SingleThread(start);
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    // PyTorch's matrix library takes all cores unless told otherwise.
    private static void SingleThread(ProcessStartInfo start)
    {
        foreach (string variable in new[] { "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS" })
        {
            start.Environment[variable] = "1";
        }
    }
}
