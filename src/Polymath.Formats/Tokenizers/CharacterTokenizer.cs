using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Polymath.Compute;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// One token a character (Unicode scalar) of a training text. Lossless for text of those characters; any other is
/// refused.
/// </summary>
public sealed class CharacterTokenizer : Tokenizer
{
    private const int DirectCount = 256;

    private readonly int[] _directIds = new int[DirectCount];
    private readonly FrozenDictionary<int, int> _furtherIds;

    /// <summary>Makes one from its characters: their places are their ids.</summary>
    /// <exception cref="InvalidInputException">
    /// There are none, one occurs twice, or an added token contradicts another token.
    /// </exception>
    public CharacterTokenizer(IReadOnlyList<Rune> characters, IEnumerable<AddedToken> addedTokens)
        : base(new Vocabulary(characters.Select(Utf8), addedTokens).RequireDense(), Normalization.None)
    {
        CharacterCount = characters.Count > 0
            ? characters.Count
            : throw new InvalidInputException("a character tokenizer needs at least one character, but there is none");
        Array.Fill(_directIds, -1);
        Dictionary<int, int> furtherIds = [];
        for (int id = 0; id < characters.Count; id++)
        {
            int scalar = characters[id].Value;
            if (scalar < DirectCount)
            {
                _directIds[scalar] = id;
            }
            else
            {
                furtherIds.Add(scalar, id);
            }
        }

        _furtherIds = furtherIds.ToFrozenDictionary();
    }

    /// <inheritdoc/>
    public override TokenizerKind Kind => TokenizerKind.Characters;

    /// <summary>How many ids are characters; they come first.</summary>
    public int CharacterCount { get; }

    private protected override string Pipeline => $"{CharacterCount}";

    /// <summary>
    /// Makes one whose vocabulary is the characters of the documents in the order of Unicode, followed by
    /// <c>&lt;|endoftext|&gt;</c>.
    /// </summary>
    /// <exception cref="InvalidInputException">A document is not UTF-8, or there is no character at all.</exception>
    public static CharacterTokenizer FromText(IEnumerable<ReadOnlyMemory<byte>> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        SortedSet<Rune> characters = [];
        HashSet<int> seen = [];
        foreach (ReadOnlyMemory<byte> document in documents)
        {
            ReadOnlySpan<byte> utf8 = document.Span;
            for (int index = 0; index < utf8.Length;)
            {
                Rune character = Decode(utf8, ref index, offset: 0);
                if (seen.Add(character.Value))
                {
                    characters.Add(character);
                }
            }
        }

        return new CharacterTokenizer([.. characters], [new AddedToken(characters.Count, "<|endoftext|>")]);
    }

    private protected override void EncodeText(
        ReadOnlySpan<byte> utf8, int offset, IBufferWriter<int> ids, bool allowSpecial)
    {
        const int BatchSize = 4096;
        for (int index = 0; index < utf8.Length;)
        {
            Span<int> destination = ids.GetSpan(Math.Min(BatchSize, utf8.Length - index));
            int count = 0;
            while (index < utf8.Length && count < Math.Min(BatchSize, destination.Length))
            {
                int start = index;
                Rune character = Decode(utf8, ref index, offset);
                destination[count++] = IdOf(character, offset + start);
            }

            ids.Advance(count);
        }
    }

    private static ReadOnlyMemory<byte> Utf8(Rune character) => Encoding.UTF8.GetBytes(character.ToString());

    private static Rune Decode(ReadOnlySpan<byte> utf8, ref int index, int offset)
    {
        if (Rune.DecodeFromUtf8(utf8[index..], out Rune character, out int length) != OperationStatus.Done)
        {
            throw new InvalidInputException(
                $"text: not UTF-8 at byte {offset + index} (0x{utf8[index]:x2}); expected characters");
        }

        index += length;
        return character;
    }

    private int IdOf(Rune character, int offset)
    {
        int scalar = character.Value;
        int id = scalar < DirectCount ? _directIds[scalar] : _furtherIds.GetValueOrDefault(scalar, -1);
        return id >= 0
            ? id
            : throw new InvalidInputException(
                $"text: the character {Describe(character)} at byte {offset} is not among the "
                + $"{CharacterCount} characters of this tokenizer's vocabulary");
    }

    private static string Describe(Rune character) => Rune.IsControl(character)
        ? $"U+{character.Value:X4}"
        : $"'{character}' (U+{character.Value:X4})";
}
