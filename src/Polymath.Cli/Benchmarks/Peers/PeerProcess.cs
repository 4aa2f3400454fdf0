using System.Diagnostics;
using System.Text.Json;

namespace Polymath.Cli.Benchmarks.Peers;

/// <summary>
/// A peer under <c>bench/peers</c> that runs beside us and is told by line when to work, so that both are measured in
/// turn, in one run, on the same machine in the same mood. Every line is answered by one line of JSON; in between the
/// peer sleeps.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private PeerProcess(Process process) => _process = process;

    /// <summary>The folder of the peers, or null: this program does not run from a checkout.</summary>
    public static string? Folder { get; } = FindFolder();

    /// <summary>Starts a peer.</summary>
    /// <param name="interpreter">What runs the script.</param>
    /// <param name="script">The script's path in <see cref="Folder"/>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables of its environment.</param>
    public static PeerProcess Start(
        string interpreter, string script, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(interpreter, [script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Folder,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Whether a command ends well: how one finds out what is installed.</summary>
    public static bool Succeeds(string interpreter, params string[] arguments)
    {
        var start = new ProcessStartInfo(interpreter, arguments)
        {
            RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = Folder,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Sends a line and reads the answer.</summary>
    /// <exception cref="InvalidOperationException">The peer ended, or answered something else than an object.</exception>
    public JsonElement Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return Parse(_process.StandardOutput.ReadLine(), line);
    }

    /// <summary>The object that a line of the protocol holds.</summary>
    /// <param name="answer">The line; null: the peer ended.</param>
    /// <param name="question">What was asked, for the error.</param>
    /// <exception cref="InvalidOperationException">The line holds no object.</exception>
    internal static JsonElement Parse(string? answer, string question)
    {
        if (answer is null)
        {
            throw new InvalidOperationException($"the peer ended without an answer to '{question}'");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.Clone();
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InvalidOperationException($"the peer answered '{question}' with '{answer}', expected a JSON object");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.WriteLine("quit");
        }
        catch (IOException)
        {
            // It has ended, or ends now: nobody reads its input any more.
        }

        if (!_process.WaitForExit(Patience))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string? FindFolder()
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
}
