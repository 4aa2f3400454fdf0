using System.Text;
using System.Text.RegularExpressions;
using Polymath.Fields.Data.Fetching;

namespace Polymath.Fields.Translation.Examinations;

/// <summary>Apertium, a translator by rules, run as a process where it is installed.</summary>
internal static partial class Apertium
{
    private const string Program = "apertium";

    // A line of output, and all of it together: nothing that translates is longer.
    private const int MaxOutputBytes = 64 << 20;

    // The names of its pairs have three letters, of older ones two.
    private static readonly Dictionary<string, string> LongTags = new()
    {
        ["en"] = "eng", ["es"] = "spa", ["fr"] = "fra", ["de"] = "deu", ["it"] = "ita", ["pt"] = "por", ["ca"] = "cat",
    };

    /// <summary>
    /// Its translations; null where it or the pair is not installed, or it did not give a line for every sentence.
    /// </summary>
    /// <param name="sentences">What is translated.</param>
    /// <param name="direction">From which language to which.</param>
    /// <param name="remarks">Gains a sentence that says what to install or what went wrong.</param>
    /// <param name="cancellation">Kills it.</param>
    public static IReadOnlyList<string>? Translate(
        IReadOnlyList<string> sentences, Direction direction, ICollection<string> remarks, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("polymath-apertium-").FullName;
        try
        {
            string[] modes = Run(["-l"], folder, cancellation, out bool isThere).Split(
                (char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            string[] wanted = [$"{Long(direction.Source)}-{Long(direction.Target)}", direction.ToString()];
            if (!isThere || wanted.FirstOrDefault(modes.Contains) is not { } mode)
            {
                remarks.Add(
                    $"Apertium's {direction} is not installed; where Debian has the pair, apt-get install apertium apertium-{wanted[0]} brings it.");
                return null;
            }

            string file = Path.Combine(folder, "source.txt");
            File.WriteAllLines(file, sentences.Select(OnOneLine), new UTF8Encoding(false));
            string[] lines = Run(["-u", "-f", "line", mode, file], folder, cancellation, out _).TrimEnd('\n').Split('\n');
            if (lines.Length == sentences.Count)
            {
                return lines;
            }

            remarks.Add($"Apertium gave {lines.Length} lines for {sentences.Count} sentences of {direction}, and is left out.");
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string OnOneLine(string sentence) => WhiteSpace().Replace(sentence, " ").Trim();

    private static string Long(string tag) => LongTags.GetValueOrDefault(tag, tag);

    private static string Run(string[] arguments, string folder, CancellationToken cancellation, out bool isThere)
    {
        var output = new MemoryStream();
        ChildProcess.Outcome? outcome = ChildProcess.RunAsync(
            Program, arguments, folder,
            stream =>
            {
                var buffer = new byte[1 << 16];
                for (int count; (count = stream.Read(buffer)) > 0;)
                {
                    output.Write(buffer, 0, output.Length < MaxOutputBytes ? count : 0);
                }
            },
            cancellation).GetAwaiter().GetResult();
        isThere = outcome is not null;
        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
