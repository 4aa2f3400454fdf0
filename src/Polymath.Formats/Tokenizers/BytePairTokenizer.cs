using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Polymath.Compute;
using Polymath.Formats.Tokenizers.BytePairs;
using Polymath.Formats.Tokenizers.Normalizing;
using Polymath.Formats.Tokenizers.PreTokenizing;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Byte-level byte-pair encoding (Sennrich et al., arXiv:1508.07909; on bytes: Radford et al., 2019): text is cut into
/// pieces, and within each the pair of tokens that ranks first is merged until no pair ranks. Lossless on any bytes,
/// unless a normalisation is asked for.
/// </summary>
public sealed class BytePairTokenizer : Tokenizer
{
    private readonly MergeTable _merges;
    private readonly int[] _byteIds;
    private readonly AddedTokenMatcher? _ordinaryMatcher;
    private readonly AddedTokenMatcher? _fullMatcher;
    private readonly ConcurrentBag<Workspace> _workspaces = [];

    /// <summary>Makes one from its tokens and merges.</summary>
    /// <exception cref="InvalidInputException">
    /// A byte has no token, a token or merge occurs twice, or a merge has a token that the vocabulary lacks.
    /// </exception>
    public BytePairTokenizer(BytePairModel model)
        : base(new Vocabulary(model.Tokens, model.AddedTokens), model.Normalization)
    {
        _byteIds = FindBytes();
        _merges = new MergeTable(model.Merges, Vocabulary);
        PreTokenization = model.PreTokenization;
        IgnoreMerges = model.IgnoreMerges;
        TextPrefix = [.. model.TextPrefix.Select(Known)];
        TextSuffix = [.. model.TextSuffix.Select(Known)];
        AddedToken[] later = [.. AddedTokens.Where(IsFoundAfterNormalization)];
        _fullMatcher = AddedTokenMatcher.Create(later);
        _ordinaryMatcher = AddedTokenMatcher.Create(later.Where(token => !token.IsSpecial));
    }

    /// <inheritdoc/>
    public override TokenizerKind Kind => TokenizerKind.BytePairs;

    /// <summary>How text is cut into pieces.</summary>
    public PreTokenization PreTokenization { get; }

    /// <summary>Whether a piece that is a token as it stands is taken without merging.</summary>
    public bool IgnoreMerges { get; }

    /// <summary>Ids that the published tokenizer puts before a text; encoding here does not.</summary>
    public IReadOnlyList<int> TextPrefix { get; }

    /// <summary>Ids that the published tokenizer puts after a text.</summary>
    public IReadOnlyList<int> TextSuffix { get; }

    /// <summary>How many pairs merge.</summary>
    public int MergeCount => _merges.Count;

    private protected override string Pipeline =>
        $"{PreTokenization} {IgnoreMerges} [{string.Join(' ', TextPrefix)}] [{string.Join(' ', TextSuffix)}]";

    /// <summary>How many ids the ordinary tokens span, for whoever saves them.</summary>
    internal int OrdinaryCount => Vocabulary.OrdinaryCount;

    /// <summary>Whether there are ids without a token.</summary>
    internal bool HasUnusedIds => Vocabulary.HasUnusedIds;

    /// <summary>A token as files of byte-level vocabularies spell it.</summary>
    internal string Spell(int id) =>
        Vocabulary.Added(id)?.Content ?? ByteAlphabet.Spell(TokenBytes(id));

    /// <summary>The pair of ids that merges at a rank, for whoever saves it.</summary>
    internal (int Left, int Right) Merge(int rank) => _merges[rank];

    private protected override void AddToFingerprint(IncrementalHash hash)
    {
        for (int rank = 0; rank < _merges.Count; rank++)
        {
            hash.AppendData(BitConverter.GetBytes(_merges[rank].Left));
            hash.AppendData(BitConverter.GetBytes(_merges[rank].Right));
        }
    }

    private protected override void EncodeText(
        ReadOnlySpan<byte> utf8, int offset, IBufferWriter<int> ids, bool allowSpecial)
    {
        if (utf8.IsEmpty)
        {
            return;
        }

        if (!_workspaces.TryTake(out Workspace? workspace))
        {
            workspace = new Workspace(new PieceEncoder(_merges, _byteIds, IgnoreMerges ? Vocabulary : null));
        }

        if (Normalization == Normalization.Nfc)
        {
            EncodeNormalized(workspace.Composer.Compose(utf8), workspace.Encoder, ids, allowSpecial);
        }
        else
        {
            EncodePieces(utf8, workspace.Encoder, ids);
        }

        _workspaces.Add(workspace);
    }

    private void EncodeNormalized(
        ReadOnlySpan<byte> utf8, PieceEncoder encoder, IBufferWriter<int> ids, bool allowSpecial)
    {
        AddedTokenMatcher? matcher = allowSpecial ? _fullMatcher : _ordinaryMatcher;
        int start = 0;
        while (matcher is not null && matcher.TryFind(utf8, start, out int position, out int length, out int id))
        {
            EncodePieces(utf8[start..position], encoder, ids);
            ids.Write([id]);
            start = position + length;
        }

        EncodePieces(utf8[start..], encoder, ids);
    }

    private void EncodePieces(ReadOnlySpan<byte> utf8, PieceEncoder encoder, IBufferWriter<int> ids)
    {
        const int BatchSize = 4096;
        Span<int> destination = default;
        int count = 0;
        for (int start = 0; start < utf8.Length;)
        {
            int end = PieceScanner.End(PreTokenization, utf8, start);
            ReadOnlySpan<int> piece = encoder.Encode(utf8, start, end - start);
            if (piece.Length > destination.Length - count)
            {
                ids.Advance(count);
                count = 0;
                destination = ids.GetSpan(Math.Max(piece.Length, Math.Min(BatchSize, utf8.Length - start)));
            }

            piece.CopyTo(destination[count..]);
            count += piece.Length;
            start = end;
        }

        ids.Advance(count);
    }

    private int[] FindBytes()
    {
        int[] byteIds = new int[ByteTokenizer.ByteCount];
        for (int value = 0; value < byteIds.Length; value++)
        {
            int id = Vocabulary.Find([(byte)value]);
            byteIds[value] = id >= 0
                ? id
                : throw new InvalidInputException(
                    $"the vocabulary has no token for the byte 0x{value:x2}; expected one for each of the 256 bytes");
        }

        return byteIds;
    }

    private int Known(int id) => (uint)id < (uint)VocabularySize
        ? id
        : throw new InvalidInputException($"the post-processor adds the token {id}, which the vocabulary lacks");

    /// <summary>What one thread needs while it encodes; kept for the next, so that its cache stays warm.</summary>
    private sealed class Workspace(PieceEncoder encoder)
    {
        public PieceEncoder Encoder { get; } = encoder;

        public CanonicalComposer Composer => field ??= new CanonicalComposer();
    }
}
