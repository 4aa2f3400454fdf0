using System.Diagnostics;
using System.Text;

namespace Polymath.Cli.Tests.Fixtures;

/// <summary>The built command, run as a child process whose streams are pipes.</summary>
internal sealed class Command : IDisposable
{
    // Far above what any of these runs takes: it ends a run that hangs.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    // Throws at a character cut in two, which the usual encoding would replace.
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly StringBuilder _output = new();

    private Command(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>The command, copied beside the tests by their build.</summary>
    public static string Program { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "polymath.exe" : "polymath");

    /// <summary>Starts the command.</summary>
    /// <param name="folder">Its working folder; what it fetches and caches is kept under it too.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Further variables of the environment.</param>
    /// <param name="program">Another build of the command than <see cref="Program"/>.</param>
    public static Command Start(
        string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        string? program = null)
    {
        var start = new ProcessStartInfo(program ?? Program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = StrictUtf8,
            StandardOutputEncoding = StrictUtf8,
            StandardErrorEncoding = StrictUtf8,
        };
        start.Environment["POLYMATH_DATA"] = Path.Combine(folder, ".data");
        start.Environment.Remove("POLYMATH_DEBUG");
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new Command(Process.Start(start)!);
    }

    /// <summary>Reads the output up to a line that begins so.</summary>
    public async Task ReadUntilAsync(string beginning)
    {
        using var patience = new CancellationTokenSource(Longest);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is string line)
        {
            _output.Append(line).Append('\n');
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"no line begins with '{beginning}':\n{_output}\n{await _error}");
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    /// <summary>Writes the input, closes it, and waits for the end.</summary>
    public Task<CommandResult> EndAsync(string input = "") => EndAsync(StrictUtf8.GetBytes(input));

    /// <summary>Writes the input, closes it, and waits for the end.</summary>
    public async Task<CommandResult> EndAsync(byte[] input)
    {
        using var patience = new CancellationTokenSource(Longest);
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(input, patience.Token);
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command ended without reading its input.
        }

        _output.Append(await _process.StandardOutput.ReadToEndAsync(patience.Token));
        await _process.WaitForExitAsync(patience.Token);
        return new CommandResult(_process.ExitCode, _output.ToString(), await _error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
