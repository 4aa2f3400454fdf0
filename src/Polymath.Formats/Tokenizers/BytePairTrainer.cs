using Polymath.Compute;
using Polymath.Formats.Tokenizers.BytePairs;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Learns byte-level byte-pair encoding from text: documents are added one by one and only their distinct pieces are
/// kept, so the text may be larger than memory. The result depends on nothing but the pieces and their counts.
/// </summary>
public sealed class BytePairTrainer
{
    private readonly BytePairTrainingOptions _options;
    private readonly ByteStringTable _pieces = new();
    private readonly List<long> _pieceCounts = [];

    /// <summary>Starts without text.</summary>
    /// <exception cref="InvalidInputException">An option is out of its range.</exception>
    public BytePairTrainer(BytePairTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        int minimum = ByteTokenizer.ByteCount + options.SpecialTokens.Count;
        if (options.VocabularySize < minimum || options.VocabularySize > Vocabulary.MaxSize)
        {
            throw new InvalidInputException(
                $"vocabulary size {options.VocabularySize}: expected {minimum} (the bytes and special tokens) "
                + $"to {Vocabulary.MaxSize}");
        }

        if (options.MinimumFrequency < 1)
        {
            throw new InvalidInputException($"minimum frequency {options.MinimumFrequency}: expected 1 or more");
        }
    }

    /// <summary>How many bytes of text were added.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Learns from a sequence of documents.</summary>
    /// <exception cref="InvalidInputException">
    /// An option is out of its range, or the vocabulary asked for is larger than the text supports.
    /// </exception>
    public static BytePairTokenizer Train(
        IEnumerable<ReadOnlyMemory<byte>> documents,
        BytePairTrainingOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        BytePairTrainer trainer = new(options);
        foreach (ReadOnlyMemory<byte> document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trainer.Add(document.Span);
        }

        return trainer.Train(cancellationToken);
    }

    /// <summary>Adds a document; pieces do not reach from one to the next.</summary>
    /// <param name="utf8">Its text; bytes that are not UTF-8 are learnt as they stand.</param>
    /// <exception cref="InvalidInputException">The distinct pieces outgrow memory that can be addressed.</exception>
    public void Add(ReadOnlySpan<byte> utf8)
    {
        ByteCount += utf8.Length;
        for (int start = 0; start < utf8.Length;)
        {
            int end = PieceScanner.End(_options.PreTokenization, utf8, start);
            Count(utf8[start..end]);
            start = end;
        }
    }

    /// <summary>Learns the merges from the documents added so far.</summary>
    /// <exception cref="InvalidInputException">
    /// The vocabulary asked for is larger than the text supports; the message says what would be the largest.
    /// </exception>
    public BytePairTokenizer Train(CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> special = _options.SpecialTokens;
        int mergeCount = _options.VocabularySize - ByteTokenizer.ByteCount - special.Count;
        MergeLearner learner = new(_pieces, _pieceCounts, _options.MinimumFrequency);
        int learntCount = learner.Learn(mergeCount, cancellationToken);
        if (learntCount < mergeCount)
        {
            int largest = _options.VocabularySize - mergeCount + learntCount;
            throw new InvalidInputException(
                $"a vocabulary of {_options.VocabularySize} is too large: the text of {ByteCount} bytes supports at most "
                + $"{largest}, with pairs that occur at least {_options.MinimumFrequency} times");
        }

        int firstSpecial = learner.Tokens.Count;
        return new BytePairTokenizer(new BytePairModel
        {
            Tokens = learner.Tokens,
            Merges = learner.Merges,
            PreTokenization = _options.PreTokenization,
            AddedTokens = [.. special.Select((name, index) => new AddedToken(firstSpecial + index, name))],
        });
    }

    private void Count(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > Array.MaxLength - _pieces.ByteCount)
        {
            throw new InvalidInputException("text: more than 2 GB of distinct pieces; train on a part of it");
        }

        int index = _pieces.Add(piece);
        if (index == _pieceCounts.Count)
        {
            _pieceCounts.Add(0);
        }

        _pieceCounts[index]++;
    }
}
