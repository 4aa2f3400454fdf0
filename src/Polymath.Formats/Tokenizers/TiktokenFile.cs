using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Tokenizers.BytePairs;

namespace Polymath.Formats.Tokenizers;

/// <summary>
/// Reads the rank files of tiktoken: a line a token, its bytes in base64, a space, its rank, which is both its id and
/// its turn to be merged.
/// </summary>
public static class TiktokenFile
{
    /// <summary>The largest file that is read: ten times the largest published one.</summary>
    private const int MaxBytes = 1 << 25;

    /// <summary>The longest token that is read: twice the longest published one.</summary>
    private const int MaxTokenBytes = 256;

    /// <summary>Reads a tokenizer from a file of ranks.</summary>
    /// <param name="path">The file; messages name it.</param>
    /// <param name="preTokenization">How the model of these ranks cuts text: the file does not say.</param>
    /// <param name="addedTokens">Its special tokens: the file does not have them.</param>
    /// <exception cref="InvalidInputException">The file is missing or not a file of ranks.</exception>
    public static BytePairTokenizer Load(
        string path, PreTokenization preTokenization, IReadOnlyList<AddedToken> addedTokens) =>
        Parse(InputFile.ReadAllBytes(path, MaxBytes), path, preTokenization, addedTokens);

    /// <summary>Reads a tokenizer from the content of a file of ranks.</summary>
    /// <param name="content">The lines.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="preTokenization">How the model of these ranks cuts text.</param>
    /// <param name="addedTokens">Its special tokens.</param>
    /// <exception cref="InvalidInputException">It is not a file of ranks.</exception>
    public static BytePairTokenizer Parse(
        ReadOnlySpan<byte> content,
        string source,
        PreTokenization preTokenization,
        IReadOnlyList<AddedToken> addedTokens)
    {
        ReadOnlyMemory<byte>[] tokens = ReadTokens(content, source);
        return TokenizerFile.Build(source, () => new BytePairTokenizer(new BytePairModel
        {
            Tokens = tokens,
            Merges = MergeRecovery.FromRanks(tokens, out bool areComplete),
            PreTokenization = preTokenization,
            IgnoreMerges = !areComplete,
            AddedTokens = addedTokens,
        }));
    }

    private static ReadOnlyMemory<byte>[] ReadTokens(ReadOnlySpan<byte> content, string source)
    {
        List<ReadOnlyMemory<byte>> tokens = [];
        int lineNumber = 0;
        foreach (Range range in content.Split((byte)'\n'))
        {
            lineNumber++;
            ReadOnlySpan<byte> line = content[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            if (!TryRead(line, out byte[] token, out int rank))
            {
                throw new InvalidInputException(
                    $"{source}: line {lineNumber} is not a token of 1 to {MaxTokenBytes} bytes in base64, a space, "
                    + $"and a rank below {Vocabulary.MaxSize}");
            }

            while (tokens.Count <= rank)
            {
                tokens.Add(default);
            }

            tokens[rank] = tokens[rank].IsEmpty
                ? token
                : throw new InvalidInputException($"{source}: line {lineNumber} repeats the rank {rank}");
        }

        return [.. tokens];
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out byte[] token, out int rank)
    {
        token = [];
        rank = -1;
        int space = line.IndexOf((byte)' ');
        if (space <= 0)
        {
            return false;
        }

        byte[] buffer = new byte[Base64.GetMaxDecodedFromUtf8Length(space)];
        OperationStatus status = Base64.DecodeFromUtf8(line[..space], buffer, out _, out int length);
        token = buffer[..length];
        return status == OperationStatus.Done
            && length is > 0 and <= MaxTokenBytes
            && int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out rank)
            && rank < Vocabulary.MaxSize;
    }
}
