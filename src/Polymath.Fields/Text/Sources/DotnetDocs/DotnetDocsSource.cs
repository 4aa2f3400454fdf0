using System.Security.Cryptography;
using System.Text;
using Polymath.Compute;

namespace Polymath.Fields.Text.Sources.DotnetDocs;

/// <summary>
/// The prose of the XML documentation that every .NET SDK carries: real English text on any machine that can build
/// this program. One document for each top-level type.
/// </summary>
/// <remarks>
/// A document's side follows from a hash of its name, so that it keeps its side when the SDK is updated. No paragraph
/// stands twice, counting those as equal that differ only in identifiers and numbers, and no training paragraph is
/// largely made of the validation text's runs of words.
/// </remarks>
public sealed class DotnetDocsSource : ITextSource
{
    // Raised whenever the extraction changes, so that caches keyed by the fingerprint are made anew.
    private const int ExtractionVersion = 1;

    private readonly string _root;
    private readonly List<string> _files;
    private readonly double _validationShare;
    private readonly Lazy<Documents> _documents;

    /// <summary>Opens the documentation of the SDK under a root, or of the one found on this machine.</summary>
    /// <param name="root">The folder that holds <c>packs/</c>; null to search for it.</param>
    /// <param name="validationShare">The share of documents to hold out, above 0 and at most one half.</param>
    /// <exception cref="InvalidInputException">No documentation was found, or it is damaged.</exception>
    public DotnetDocsSource(string? root = null, double validationShare = 0.05)
    {
        ValidationSplit.CheckShare(validationShare);
        _root = root ?? DocumentationFiles.FindRoot();
        _validationShare = validationShare;
        (_files, Fingerprint) = DistinctFiles(_root, validationShare);
        if (_files.Count == 0)
        {
            throw new InvalidInputException(
                $"{_root}: expected the folder of a .NET SDK, with XML documentation under packs/*/ref.");
        }

        _documents = new Lazy<Documents>(Extract);
    }

    /// <inheritdoc/>
    public string Name => "dotnet-docs";

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <inheritdoc/>
    public string SplitRule =>
        $"Documents are types; a hash of the type's name holds out {_validationShare:P0} of them; " +
        $"{_documents.Value.RepeatedCount} repeated paragraphs and {_documents.Value.CopyCount} training paragraphs " +
        "close to the validation text were left out.";

    /// <inheritdoc/>
    public TextStatistics Measure(TextPart part)
    {
        IReadOnlyList<(string, byte[] Utf8)> documents = _documents.Value.Of(part);
        return new TextStatistics(documents.Count, documents.Sum(document => (long)document.Utf8.Length));
    }

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Read(TextPart part) =>
        _documents.Value.Of(part).Select(document => new TextBlock(document.Name, true, document.Utf8));

    // Packs repeat each other's files; the copy under the first path counts.
    private static (List<string> Files, string Fingerprint) DistinctFiles(string root, double validationShare)
    {
        using var fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        fingerprint.AppendData(Encoding.UTF8.GetBytes($"dotnet-docs {ExtractionVersion} {validationShare:R}"));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var files = new List<string>();
        foreach (string file in DocumentationFiles.Find(root))
        {
            using FileStream stream = File.OpenRead(Path.Combine(root, file));
            byte[] hash = SHA256.HashData(stream);
            if (seen.Add(Convert.ToHexString(hash)))
            {
                fingerprint.AppendData(hash);
                files.Add(file);
            }
        }

        return (files, Convert.ToHexStringLower(fingerprint.GetHashAndReset()));
    }

    private Documents Extract()
    {
        var members = new IEnumerable<DocumentationMember>[_files.Count];
        Parallel.For(0, members.Length, index =>
        {
            string file = Path.Combine(_root, _files[index]);
            using FileStream stream = File.OpenRead(file);
            members[index] = DocumentationReader.Read(stream, file);
        });
        List<TypeDocumentation> types = DocumentationGrouping.Group([.. members.SelectMany(inFile => inFile)]);
        int repeated = ParagraphDeduplication.DropRepeated(types);
        ILookup<bool, TypeDocumentation> sides = types.ToLookup(
            type => ValidationSplit.HoldsOut(SHA256.HashData(Encoding.UTF8.GetBytes(type.Name)), _validationShare));
        List<TypeDocumentation> training = [.. sides[false]];
        List<TypeDocumentation> validation = [.. sides[true]];
        int copies = ParagraphDeduplication.DropCopiesOf(validation, training);
        return new Documents(Compose(training), Compose(validation), repeated, copies);
    }

    private static List<(string Name, byte[] Utf8)> Compose(List<TypeDocumentation> types) =>
        [.. types.Select(type => (type.Name, Utf8: Encoding.UTF8.GetBytes(type.Compose())))
            .Where(document => document.Utf8.Length > 0)];

    private sealed record Documents(
        IReadOnlyList<(string Name, byte[] Utf8)> Training,
        IReadOnlyList<(string Name, byte[] Utf8)> Validation,
        int RepeatedCount,
        int CopyCount)
    {
        public IReadOnlyList<(string Name, byte[] Utf8)> Of(TextPart part) =>
            part == TextPart.Training ? Training : Validation;
    }
}
