using Polymath.Compute;
using Polymath.Learning;
using Polymath.Networks;

namespace Polymath.Fields.Translation;

/// <summary>
/// Every pair once an epoch, in an order keyed by seed and epoch; as many pairs a micro-batch as find room. The prefix of
/// a pair has no targets: the loss is on what is to be written alone.
/// </summary>
public sealed class TranslationExperience : IExperience
{
    private static readonly uint Stream = RandomStream.StreamOf("translation/epochs");

    private readonly IReadOnlyList<TokenPair> _pairs;
    private readonly TranslationRecipe _recipe;
    private readonly EpochOrder _order;

    // The first place of every micro-batch so far: how many pairs find room depends on those before.
    private readonly List<long> _starts = [0];

    /// <summary>Creates the experience.</summary>
    public TranslationExperience(IReadOnlyList<TokenPair> pairs, TranslationRecipe recipe)
    {
        (_pairs, _recipe) = (pairs, recipe);
        _order = new EpochOrder(pairs.Count, recipe.Seed, Stream);
    }

    /// <inheritdoc/>
    public void Fill(Batch batch, long step, int microBatch)
    {
        int index = checked((int)((step * _recipe.Learning.Accumulation) + microBatch));
        while (_starts.Count <= index + 1)
        {
            long place = _starts[^1];
            for (int rows = 0; rows + _pairs[_order[place]].Length <= _recipe.BatchRows; place++)
            {
                rows += _pairs[_order[place]].Length;
            }

            _starts.Add(place);
        }

        batch.Sequences.Clear();
        for (long place = _starts[index]; place < _starts[index + 1]; place++)
        {
            Append(batch, _pairs[_order[place]]);
        }
    }

    /// <summary>Puts a pair behind those already in the batch.</summary>
    public static void Append(Batch batch, TokenPair pair)
    {
        int start = batch.RowCount, prefix = pair.Prefix.Length;
        batch.Sequences.Add(pair.Length, prefix);
        pair.Prefix.CopyTo(batch.Tokens[start..]);
        pair.Target.AsSpan(0, pair.Target.Length - 1).CopyTo(batch.Tokens[(start + prefix)..]);
        batch.Targets.Slice(start, prefix - 1).Fill(-1);
        pair.Target.CopyTo(batch.Targets[(start + prefix - 1)..]);
    }
}
