using System.Text;
using Polymath.Compute;
using Polymath.Formats.Json;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// The bytes of every token by id: the ordinary tokens, then those added tokens that have ids of their own.
/// </summary>
internal sealed class Vocabulary
{
    /// <summary>More ids than any published vocabulary has by far; an id beyond it is a damaged file.</summary>
    public const int MaxSize = 1 << 21;

    private readonly ByteStringTable _tokens = new();
    private readonly Dictionary<int, AddedToken> _added;

    /// <param name="ordinaryTokens">By id; an empty one leaves its id unused.</param>
    /// <param name="addedTokens">In any order.</param>
    /// <exception cref="InvalidInputException">A token occurs twice, or two tokens share an id.</exception>
    public Vocabulary(IEnumerable<ReadOnlyMemory<byte>> ordinaryTokens, IEnumerable<AddedToken> addedTokens)
    {
        AddedTokens = [.. addedTokens.OrderBy(token => token.Id)];
        _added = [];
        foreach (AddedToken token in AddedTokens)
        {
            Check(token);
            if (!_added.TryAdd(token.Id, token))
            {
                throw new InvalidInputException($"two added tokens have the id {token.Id}");
            }
        }

        foreach (ReadOnlyMemory<byte> token in ordinaryTokens)
        {
            Append(token);
        }

        OrdinaryCount = _tokens.Count;
        int count = AddedTokens.Count == 0 ? 0 : AddedTokens[^1].Id + 1;
        while (_tokens.Count < count)
        {
            Append(default);
        }
    }

    /// <summary>The added tokens, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>How many ids the ordinary tokens span.</summary>
    public int OrdinaryCount { get; }

    /// <summary>How many ids there are.</summary>
    public int Count => _tokens.Count;

    /// <summary>Whether there are ids without a token.</summary>
    public bool HasUnusedIds { get; private set; }

    /// <summary>A token's bytes; empty for an unused id.</summary>
    public ReadOnlySpan<byte> this[int id] => _tokens[id];

    /// <summary>The id of the ordinary token with these bytes, or -1.</summary>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        int id = _tokens.Find(bytes);
        return id < OrdinaryCount ? id : -1;
    }

    /// <summary>This vocabulary, if every id has a token.</summary>
    /// <exception cref="InvalidInputException">There are unused ids.</exception>
    public Vocabulary RequireDense() => !HasUnusedIds
        ? this
        : throw new InvalidInputException(
            $"the added tokens leave ids unused; expected them to follow the id {OrdinaryCount - 1}");

    /// <summary>Whether an id is a special token's.</summary>
    public bool IsSpecial(int id) => Added(id) is { IsSpecial: true };

    /// <summary>The added token with an id, or null.</summary>
    public AddedToken? Added(int id) => _added.GetValueOrDefault(id);

    private static void Check(AddedToken token)
    {
        if (token.Content.Length == 0)
        {
            throw new InvalidInputException($"the added token with the id {token.Id} is empty");
        }

        if (token.Id is < 0 or >= MaxSize)
        {
            throw new InvalidInputException(
                $"the added token {Quotation.Of(token.Content)} has the id {token.Id}; expected 0 to {MaxSize - 1}");
        }
    }

    private void Append(ReadOnlyMemory<byte> ordinary)
    {
        int id = _tokens.Count;
        if (id == MaxSize)
        {
            throw new InvalidInputException($"more than {MaxSize} tokens");
        }

        ReadOnlySpan<byte> token = Added(id) is AddedToken added ? Merge(ordinary, added) : ordinary.Span;
        if (token.IsEmpty)
        {
            HasUnusedIds = true;
            _tokens.AddGap();
        }
        else if (_tokens.Add(token) is int existing && existing != id)
        {
            string text = Quotation.Of(Encoding.UTF8.GetString(token));
            throw new InvalidInputException($"the token {text} occurs twice, with the ids {existing} and {id}");
        }
    }

    private static byte[] Merge(ReadOnlyMemory<byte> ordinary, AddedToken added)
    {
        byte[] content = Encoding.UTF8.GetBytes(added.Content);
        return ordinary.IsEmpty || ordinary.Span.SequenceEqual(content)
            ? content
            : throw new InvalidInputException(
                $"the added token {Quotation.Of(added.Content)} has the id {added.Id} of another token");
    }
}
