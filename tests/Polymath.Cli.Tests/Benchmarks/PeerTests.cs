using Polymath.Cli.Benchmarks.Peers;
using Polymath.Compute;

namespace Polymath.Cli.Tests.Benchmarks;

public sealed class PeerTests : IDisposable
{
    private static readonly ProductPrecision[] Both = [ProductPrecision.Float32, ProductPrecision.BFloat16];

    private readonly Fixtures.Workplace _place = new();

    // Stands in for an interpreter that has PyTorch: it answers every line as the scripts do.
    private string FakeInterpreter
    {
        get
        {
            string path = _place["interpreter"];
            File.WriteAllText(
                path,
                """
                #!/bin/sh
                if [ "$1" = -c ] || [ "$2" = --check ]; then exit 0; fi
                case "$*" in *--autocast*) type="bf16 autocast" ;; *) type=fp32 ;; esac
                while read -r line; do
                    case "$line" in
                        version) echo '{"version": "llama.cpp 9.9"}' ;;
                        "prefill "*) echo '{"wall_s": 0.5, "cpu_s": 0.75}' ;;
                        "run "*) echo "{\"torch\": \"9.9\", \"dtype\": \"$type\", \"step_wall_s\": 0.5, \"tokens_per_cpu_s\": ${line#run }}" ;;
                        "validate "*) echo '{"validation_loss": 1.25}' ;;
                        *) exit 0 ;;
                    esac
                done
                """.ReplaceLineEndings("\n"));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            return path;
        }
    }

    public static bool HasShell => !OperatingSystem.IsWindows();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void APeerThatIsNotInstalledIsOneSentence()
    {
        var notes = new List<string>();
        Assert.Empty(TorchPeer.StartAll("gpt2_training.py", [], 1, Both, notes.Add, [_place["nothing"]]));
        Assert.Contains("apt-get install python3-torch", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(HasShell), Skip = "no POSIX shell")]
    public void ThePeerTakesTurnsInBothPrecisionsAndTheMedianCounts()
    {
        List<TorchPeer> peers = TorchPeer.StartAll(
            "any.py", ["--size", "small"], 2, Both, Assert.Fail, [FakeInterpreter]);
        Assert.Equal([ProductPrecision.Float32, ProductPrecision.BFloat16], peers.Select(peer => peer.Precision));
        foreach (TorchPeer peer in peers)
        {
            peer.WarmUp();
            peer.Run(3);
            peer.Run(900);
            peer.Run(2);
            Assert.Equal(3, peer.RowsPerCpuSecond);
            Assert.Equal(0.5, peer.WallSecondsPerStep);
            Assert.Equal(1.25, peer.Validate(7));
            peer.Dispose();
        }

        Assert.Equal(["PyTorch 9.9 fp32", "PyTorch 9.9 bf16 autocast"], peers.Select(peer => peer.Version));
        Assert.True(peers[0].IsFairTo(ProductPrecision.BFloat16));
        Assert.False(peers[1].IsFairTo(ProductPrecision.Float32));
    }

    [Fact]
    public void WhereLlamaIsNotInstalledASentenceSaysWhatToDo()
    {
        var notes = new List<string>();
        Assert.False(LlamaPeer.IsInstalled(notes.Add, _place["nothing"]));
        Assert.Contains("npm install node-llama-cpp", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact(SkipUnless = nameof(HasShell), Skip = "no POSIX shell")]
    public void LlamaTakesTurns()
    {
        Assert.True(LlamaPeer.IsInstalled(Assert.Fail, FakeInterpreter));
        using LlamaPeer peer = LlamaPeer.Start("any.gguf", 2, 64, FakeInterpreter);
        Assert.Equal("llama.cpp 9.9", peer.Version);
        Assert.Equal(0.5, peer.TakeIn(7).WallSeconds);
        Assert.Throws<InvalidOperationException>(() => peer.Continue(7));
    }

    [Theory]
    [InlineData(null, "ended without an answer to 'run 1'")]
    [InlineData("", "answered 'run 1' with ''")]
    [InlineData("Traceback", "answered 'run 1' with 'Traceback'")]
    [InlineData("[1]", "expected a JSON object")]
    public void AnAnswerThatIsNoObjectIsNamed(string? answer, string words)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => PeerProcess.Parse(answer, "run 1"));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }
}
