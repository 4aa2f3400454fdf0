using System.Text;

namespace Polymath.Cli.Tests.Fixtures;

/// <summary>
/// A small text with characters of one to four bytes, and the settings of a network that learns it in a moment.
/// </summary>
internal static class TinyText
{
    /// <summary>The file's name.</summary>
    public const string FileName = "tiny.txt";

    private static readonly string[] Subjects =
        ["the old ship", "a small garden", "der Müller", "日本の川", "one 🦜 parrot"];

    private static readonly string[] Verbs = ["turns", "sings", "waits", "élève la voix", "walks"];
    private static readonly string[] Places = ["under the stone", "beside the house", "over the café", "by night"];

    /// <summary>Some 14 kB; always the same.</summary>
    public static string Content { get; } = Write();

    /// <summary>
    /// The command line that trains a network of one narrow layer; it ends with settings, and more may follow.
    /// </summary>
    /// <param name="folder">The run's folder; null: the next of those that the command numbers.</param>
    /// <param name="steps">The budget.</param>
    /// <param name="threads">The threads.</param>
    public static string[] Train(string? folder, int steps, string threads = "1") =>
    [
        "train", "text", FileName, .. folder is null ? Array.Empty<string>() : ["--out", folder],
        "--budget", $"{steps}steps", "--threads", threads, "--set",
        "network.layerCount=1", "network.width=32", "network.headCount=2", "network.contextLength=16", "batchSize=4",
        "tokenizer.kind=Bytes", "quickExaminationTokens=200",
    ];

    private static string Write()
    {
        var text = new StringBuilder();
        for (int line = 0; line < 400; line++)
        {
            // Steps without a common divisor: every sentence comes up, in no simple order.
            string subject = Subjects[line * 3 % Subjects.Length];
            string verb = Verbs[line * line % Verbs.Length];
            string place = Places[line * 7 / 3 % Places.Length];
            text.Append($"{subject} {verb} {place}.{(line % 8 == 7 ? "\n\n" : "\n")}");
        }

        return text.ToString();
    }
}
