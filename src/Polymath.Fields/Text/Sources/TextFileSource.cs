using System.Security.Cryptography;
using System.Text;
using Polymath.Compute;

namespace Polymath.Fields.Text.Sources;

/// <summary>Text from files and folders, each file one document, read in blocks: larger than memory or not.</summary>
public sealed class TextFileSource : ITextSource
{
    // Below this many documents a hash's choice strays too far from the share; above it, too far is a factor of 2.
    private const int FewDocuments = 50;
    private const double FarFromShare = 2;
    private const int SourceVersion = 1;

    private readonly List<TextRange> _training = [];
    private readonly List<TextRange> _validation = [];
    private readonly int _duplicateCount;

    /// <summary>Reads and checks all files once.</summary>
    /// <param name="paths">Files of any ending, and folders searched for <see cref="TextFiles.Extensions"/>.</param>
    /// <param name="options">How to split; null for the defaults.</param>
    /// <param name="name">What reports call the source; null for its paths.</param>
    /// <exception cref="InvalidInputException">
    /// Something is missing, empty or not UTF-8, or too small to split: all findings, a line each.
    /// </exception>
    public TextFileSource(IReadOnlyList<string> paths, TextFileOptions? options = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        options ??= new TextFileOptions();
        ValidationSplit.CheckShare(options.ValidationShare);
        Name = name ?? string.Join(", ", paths);
        List<TextFile> all = Scan(paths);
        List<TextFile> distinct = [.. all.DistinctBy(file => file.ContentHash)];
        _duplicateCount = all.Count - distinct.Count;
        Split = Choose(distinct, options);
        Fingerprint = Identify(distinct, Split, options.ValidationShare);
        foreach (TextFile file in distinct)
        {
            Divide(file, options.ValidationShare);
        }

        if (_training.Count == 0 || _validation.Count == 0)
        {
            throw new InvalidInputException(Split == SplitMethod.Documents
                ? $"{Name}: {distinct.Count} documents are too few to hold out whole ones; expected more documents, " +
                    "or the split by tails."
                : $"{Name}: {distinct.Sum(file => file.Length)} bytes are too few to hold out " +
                    $"{options.ValidationShare:P0} for validation; expected more text.");
        }

        SplitRule = Describe(options.ValidationShare);
    }

    /// <summary>The split in force: never <see cref="SplitMethod.Automatic"/>.</summary>
    public SplitMethod Split { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public string SplitRule { get; }

    /// <inheritdoc/>
    public TextStatistics Measure(TextPart part)
    {
        List<TextRange> ranges = part == TextPart.Training ? _training : _validation;
        return new TextStatistics(ranges.Count, ranges.Sum(range => range.Length));
    }

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(TextPart part) =>
        (part == TextPart.Training ? _training : _validation).SelectMany(range => range.Read());

    private static List<TextFile> Scan(IReadOnlyList<string> paths)
    {
        var errors = new List<string>();
        if (paths.Count == 0)
        {
            errors.Add("No text was named: expected files or folders.");
        }

        var files = new List<TextFile>();
        foreach (string path in TextFiles.Find(paths, errors))
        {
            try
            {
                files.Add(TextFile.Scan(path));
            }
            catch (InvalidInputException fault)
            {
                errors.Add(fault.Message);
            }
        }

        return errors.Count == 0 ? files : throw new InvalidInputException(string.Join('\n', errors));
    }

    private static SplitMethod Choose(List<TextFile> files, TextFileOptions options)
    {
        if (options.Split != SplitMethod.Automatic)
        {
            return options.Split;
        }

        double share = options.ValidationShare;
        double heldOut = files.Where(file => ValidationSplit.HoldsOut(file.SplitHash, share)).Sum(file => file.Length);
        double wanted = share * files.Sum(file => (double)file.Length);
        bool isNear = heldOut >= wanted / FarFromShare && heldOut <= wanted * FarFromShare;
        return files.Count >= FewDocuments && isNear ? SplitMethod.Documents : SplitMethod.Tails;
    }

    private static string Identify(List<TextFile> files, SplitMethod split, double share)
    {
        var identity = new StringBuilder($"text-files {SourceVersion} {split} {share:R}\n");
        foreach (TextFile file in files)
        {
            identity.Append(file.ContentHash).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity.ToString())));
    }

    private void Divide(TextFile file, double share)
    {
        if (Split == SplitMethod.Documents)
        {
            List<TextRange> side = ValidationSplit.HoldsOut(file.SplitHash, share) ? _validation : _training;
            side.Add(new TextRange(file, 0, file.Length));
            return;
        }

        long cut = TextRange.CharacterStart(file, (long)Math.Floor(file.Length * (1 - share)));
        if (cut > 0)
        {
            _training.Add(new TextRange(file, 0, cut));
        }

        if (cut < file.Length)
        {
            _validation.Add(new TextRange(file, cut, file.Length - cut));
        }
    }

    private string Describe(double share)
    {
        string rule = Split == SplitMethod.Documents
            ? $"Documents are files; a hash of a file's letters holds out {share:P0} of them"
            : $"The last {share:P0} of each file is held out";
        return _duplicateCount == 0 ? $"{rule}." : $"{rule}; {_duplicateCount} files equal to others were left out.";
    }
}
