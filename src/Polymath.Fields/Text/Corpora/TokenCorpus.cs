using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Polymath.Compute;
using Polymath.Fields.Data;
using Polymath.Fields.Text.Sources;

namespace Polymath.Fields.Text.Corpora;

/// <summary>How a text is tokenised onto the disk.</summary>
public sealed record TokenCorpusOptions
{
    /// <summary>The id that ends each document, for example end-of-text; null for none.</summary>
    public int? DocumentEnd { get; init; }

    /// <summary>The most tokens that one shard takes.</summary>
    public long TokensPerShard { get; init; } = TokenShardWriter.DefaultTokensPerShard;
}

/// <summary>A tokenised text: its training and validation parts, cached on disk.</summary>
public sealed class TokenCorpus : IDisposable
{
    // Raised whenever the tokenisation of equal inputs changes.
    private const int CorpusVersion = 1;
    private const string TrainingName = "training";
    private const string ValidationName = "validation";

    private TokenCorpus(string folder, bool verify)
    {
        Folder = folder;
        Training = TokenShards.Open(folder, TrainingName, verify);
        try
        {
            Validation = TokenShards.Open(folder, ValidationName, verify);
        }
        catch
        {
            Training.Dispose();
            throw;
        }
    }

    /// <summary>The folder that holds the shards.</summary>
    public string Folder { get; }

    /// <summary>The tokens to learn from.</summary>
    public TokenShards Training { get; }

    /// <summary>The held-out tokens.</summary>
    public TokenShards Validation { get; }

    /// <summary>
    /// Opens the corpus of a source and a tokenizer: from the cache when it was made before and is sound, else made
    /// now, aside, and put in place when complete.
    /// </summary>
    /// <param name="cacheFolder">Holds one folder for each corpus; made when missing.</param>
    /// <param name="source">The text.</param>
    /// <param name="encoder">The tokenizer.</param>
    /// <param name="options">How to tokenise; null for the defaults.</param>
    /// <param name="progress">Receives the bytes of text tokenised so far.</param>
    /// <param name="clock">Tells which leftovers of killed runs are old; null for the system's.</param>
    /// <param name="cancellation">Stops the work, leaving nothing behind.</param>
    /// <exception cref="InvalidInputException">The cache folder cannot be written, or the text changed.</exception>
    public static TokenCorpus Open(
        string cacheFolder,
        ITextSource source,
        ITokenEncoder encoder,
        TokenCorpusOptions? options = null,
        IProgress<long>? progress = null,
        TimeProvider? clock = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(encoder);
        options ??= new TokenCorpusOptions();
        string folder = Path.Combine(cacheFolder, Key(source, encoder, options));
        if (Directory.Exists(folder))
        {
            try
            {
                return new TokenCorpus(folder, verify: true);
            }
            catch (InvalidDataException)
            {
                // A damaged cache is nothing to lose: it is made again below.
            }
        }

        using StagedFolder staged = StagedFolder.Create(folder, clock ?? TimeProvider.System);
        long done = Tokenise(staged.Path, TextPart.Training, source, encoder, options, 0, progress, cancellation);
        Tokenise(staged.Path, TextPart.Validation, source, encoder, options, done, progress, cancellation);
        staged.Commit();
        return new TokenCorpus(folder, verify: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Training.Dispose();
        Validation.Dispose();
    }

    private static string Key(ITextSource source, ITokenEncoder encoder, TokenCorpusOptions options)
    {
        string identity = $"corpus {CorpusVersion}\n{source.Fingerprint}\n{encoder.Fingerprint}\n" +
            $"{encoder.VocabularySize}\n{options.DocumentEnd}\n{options.TokensPerShard}\n";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }

    private static long Tokenise(
        string folder,
        TextPart part,
        ITextSource source,
        ITokenEncoder encoder,
        TokenCorpusOptions options,
        long bytesBefore,
        IProgress<long>? progress,
        CancellationToken cancellation)
    {
        using var writer = new TokenShardWriter(
            folder,
            part == TextPart.Training ? TrainingName : ValidationName,
            encoder.VocabularySize,
            encoder.Fingerprint,
            options.TokensPerShard);
        var tokens = new List<int>();
        bool isInside = false;
        long bytes = bytesBefore;
        foreach (TextBlock block in source.Read(part))
        {
            cancellation.ThrowIfCancellationRequested();
            if (block.StartsDocument)
            {
                EndDocument(writer, isInside ? options.DocumentEnd : null);
                writer.BeginDocument();
                isInside = true;
            }

            tokens.Clear();
            encoder.Encode(block.Utf8.Span, tokens);
            writer.Write(CollectionsMarshal.AsSpan(tokens), block.Utf8.Length);
            bytes += block.Utf8.Length;
            progress?.Report(bytes);
        }

        EndDocument(writer, isInside ? options.DocumentEnd : null);
        writer.Complete();
        return bytes;
    }

    private static void EndDocument(TokenShardWriter writer, int? documentEnd)
    {
        if (documentEnd is { } id)
        {
            writer.Write([id], textBytes: 0);
        }
    }
}
