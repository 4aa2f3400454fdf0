using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Polymath.Compute;
using Polymath.Formats.Json;
using Polymath.Learning;

namespace Polymath.Fields.Games.External;

/// <summary>A program that answers a line with a line.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private const int LargestAnswerBytes = 16 << 20;

    // What a program may take to end once its input is closed.
    private static readonly TimeSpan LastBreath = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly TimeSpan _patience;
    private readonly Process _process;
    private readonly Stream _answers;
    private readonly Timer _watchdog;
    private readonly Task _complaining;
    private readonly byte[] _buffer = new byte[1 << 16];
    private volatile bool _isOverdue;
    private volatile string? _lastComplaint;
    private int _start, _end;

    /// <summary>Starts a program without a shell.</summary>
    /// <param name="game">The program.</param>
    /// <exception cref="InvalidInputException">There is no such program.</exception>
    public SimulatorProcess(ExternalGame game)
    {
        (_name, _patience) = (game.Name, game.Patience);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(game.Program, game.Arguments)
            {
                WorkingDirectory = game.Folder, RedirectStandardInput = true, RedirectStandardOutput = true,
                RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            },
        };
        try
        {
            _process.Start();
        }
        catch (Win32Exception fault)
        {
            _process.Dispose();
            throw new InvalidInputException($"{_name}: the program {game.Program} cannot be started: {fault.Message}", fault);
        }

        _complaining = ReadComplaintsAsync();
        _answers = _process.StandardOutput.BaseStream;
        _watchdog = new Timer(_ => GiveUp());
    }

    /// <summary>Sends a line and waits for the answer.</summary>
    /// <exception cref="ExperienceFailedException">The program is gone, takes too long, or answers no JSON.</exception>
    public StrictJsonValue Ask(string line)
    {
        _watchdog.Change(_patience, Timeout.InfiniteTimeSpan);
        try
        {
            _process.StandardInput.Write(line);
            _process.StandardInput.Write('\n');
            _process.StandardInput.Flush();
            return StrictJson.Parse(ReadLine(), $"{_name}, answer to {line}");
        }
        catch (IOException fault)
        {
            throw Gone(fault);
        }
        catch (InvalidInputException fault)
        {
            throw new ExperienceFailedException(fault.Message, fault);
        }
        finally
        {
            _watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchdog.Dispose();
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (!_process.WaitForExit(LastBreath))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task ReadComplaintsAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is string line)
        {
            _lastComplaint = line.Length > 0 ? line : _lastComplaint;
        }
    }

    private void GiveUp()
    {
        _isOverdue = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }

    private byte[] ReadLine()
    {
        var line = new MemoryStream();
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            int count = length < 0 ? _end - _start : length;
            line.Write(_buffer, _start, count);
            if (line.Length > LargestAnswerBytes)
            {
                throw new ExperienceFailedException(
                    $"{_name}: an answer is longer than {LargestAnswerBytes:N0} bytes, expected a line of JSON");
            }

            if (length >= 0)
            {
                _start += length + 1;
                return line.ToArray();
            }

            (_start, _end) = (0, _answers.Read(_buffer));
            if (_end == 0)
            {
                throw Gone(null);
            }
        }
    }

    private ExperienceFailedException Gone(Exception? cause)
    {
        if (_isOverdue)
        {
            return new ExperienceFailedException($"{_name}: no answer within {_patience.TotalSeconds:0.###} s", cause!);
        }

        // The error stream ends with the process; its last line says most.
        bool hasEnded = _process.WaitForExit(LastBreath);
        _complaining.Wait(LastBreath);
        string how = hasEnded ? $"ended with exit code {_process.ExitCode}" : "closed its output";
        string why = _lastComplaint is string complaint ? $"; it said {Quotation.Of(complaint)}" : "";
        return new ExperienceFailedException($"{_name}: the simulator {how} before it answered{why}", cause!);
    }
}
