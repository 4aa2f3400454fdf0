using Polymath.Cli.Benchmarks.Inference;

namespace Polymath.Cli.Benchmarks.Peers;

/// <summary>llama.cpp, by node-llama-cpp, on a GGUF file.</summary>
internal sealed class LlamaPeer : IDisposable
{
    private const string Interpreter = "node", Script = "llama.mjs";

    private readonly PeerProcess _process;

    private LlamaPeer(PeerProcess process)
    {
        _process = process;
        Version = _process.Ask("version").GetProperty("version").GetString() ?? "llama.cpp";
    }

    /// <summary>Its name and version.</summary>
    public string Version { get; }

    /// <summary>Whether it is installed; else says what to install.</summary>
    /// <param name="notes">Where it says so.</param>
    /// <param name="interpreter">What runs the script.</param>
    public static bool IsInstalled(Action<string> notes, string interpreter = Interpreter)
    {
        if (PeerProcess.Folder is null)
        {
            notes("the folder bench/peers is not beside this program: run it from a checkout");
            return false;
        }

        bool isInstalled = PeerProcess.Succeeds(interpreter, Script, "--check");
        if (!isInstalled)
        {
            notes(
                "node-llama-cpp is not installed: run 'npm ci --omit=optional' in bench/peers, or 'npm install "
                + "node-llama-cpp' in a folder that NODE_LLAMA_CPP names");
        }

        return isInstalled;
    }

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="threads">The threads.</param>
    /// <param name="contextLength">The positions that its sequence may have.</param>
    /// <param name="interpreter">What runs the script.</param>
    public static LlamaPeer Start(string path, int threads, int contextLength, string interpreter = Interpreter) => new(
        PeerProcess.Start(interpreter, Script, [path, $"{threads}", $"{contextLength}"]));

    /// <summary>Forgets the sequence and takes in as many tokens.</summary>
    public InferenceTurn TakeIn(int count) => InferenceTurn.Of(_process.Ask($"prefill {count}"));

    /// <summary>Appends as many tokens, one after the other.</summary>
    public InferenceTurn Continue(int count) => InferenceTurn.Of(_process.Ask($"decode {count}"));

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
