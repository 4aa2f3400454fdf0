using Polymath.Compute;
using Polymath.Fields.Text.Corpora;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Text;

/// <summary>
/// Windows of training text at random places, keyed by seed, step and micro-batch: the same step always sees the same
/// text, which is what makes a resumed run exact.
/// </summary>
public sealed class TextExperience : IExperience
{
    private static readonly uint Stream = RandomStream.StreamOf("text/windows");

    private readonly TokenShards _tokens;
    private readonly TextRecipe _recipe;
    private readonly int? _endOfText;
    private readonly int[] _window;

    /// <summary>Creates the experience.</summary>
    /// <param name="tokens">The training text; longer than a window.</param>
    /// <param name="recipe">Windows and batches.</param>
    /// <param name="endOfText">The token that ends documents, where they are isolated.</param>
    public TextExperience(TokenShards tokens, TextRecipe recipe, int? endOfText)
    {
        _tokens = tokens;
        _recipe = recipe;
        _endOfText = recipe.IsolateDocuments ? endOfText : null;
        _window = new int[recipe.Network.ContextLength + 1];
    }

    /// <inheritdoc/>
    public void Fill(Batch batch, long step, int microBatch)
    {
        var random = new RandomStream(_recipe.Seed, Stream + (uint)microBatch, step);
        batch.Sequences.Clear();
        for (int sequence = 0; sequence < _recipe.BatchSize; sequence++)
        {
            _tokens.Read(random.NextBelow(_tokens.TokenCount - _window.Length + 1), _window);
            Append(batch);
        }
    }

    private void Append(Batch batch)
    {
        int start = batch.RowCount, length = _window.Length - 1;
        for (int position = 0, documentStart = 0; position < length; position++)
        {
            if (_window[position] == _endOfText || position == length - 1)
            {
                batch.Sequences.Add(position + 1 - documentStart);
                documentStart = position + 1;
            }
        }

        _window.AsSpan(0, length).CopyTo(batch.Tokens[start..]);
        Span<int> targets = batch.Targets[start..];
        for (int position = 0; position < length; position++)
        {
            // What begins after an end cannot be foretold by a document that must not be seen.
            targets[position] = _window[position] == _endOfText ? -1 : _window[position + 1];
        }
    }
}
