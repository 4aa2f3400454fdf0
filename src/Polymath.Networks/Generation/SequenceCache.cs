using Polymath.Compute;

namespace Polymath.Networks;

/// <summary>The keys and values of one sequence's positions so far, for every layer.</summary>
public sealed unsafe class SequenceCache
{
    private readonly PlannedMatrix[] _keys, _values;

    /// <summary>Reserves room for a sequence of <see cref="TrunkRecipe.ContextLength"/> positions.</summary>
    public SequenceCache(MemoryPlan plan, TrunkRecipe recipe)
    {
        Capacity = recipe.ContextLength;
        int width = recipe.ResolvedKeyValueHeadCount * recipe.ResolvedHeadWidth;
        _keys = new PlannedMatrix[recipe.LayerCount];
        _values = new PlannedMatrix[recipe.LayerCount];
        for (int layer = 0; layer < recipe.LayerCount; layer++)
        {
            _keys[layer] = plan.ReserveMatrix("key and value cache", Capacity, width);
            _values[layer] = plan.ReserveMatrix("key and value cache", Capacity, width);
        }
    }

    /// <summary>The most positions.</summary>
    public int Capacity { get; }

    /// <summary>The positions held.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets the positions from <paramref name="length"/> on.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    /// <summary>Counts positions in, once every layer has appended them.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Becomes a copy of another cache of the same network.</summary>
    public void CopyFrom(SequenceCache other)
    {
        Length = other.Length;
        for (int layer = 0; layer < _keys.Length; layer++)
        {
            for (int row = 0; row < Length; row++)
            {
                other._keys[layer].View.RowSpan(row).CopyTo(_keys[layer].View.RowSpan(row));
                other._values[layer].View.RowSpan(row).CopyTo(_values[layer].View.RowSpan(row));
            }
        }
    }

    /// <summary>Writes the keys and values of new positions behind those held; the result is all, the new ones included.</summary>
    internal (MatrixView Keys, MatrixView Values) Append(int layer, MatrixView keys, MatrixView values)
    {
        int length = Length + keys.Rows;
        MatrixView allKeys = _keys[layer].Top(length), allValues = _values[layer].Top(length);
        for (int row = 0; row < keys.Rows; row++)
        {
            keys.RowSpan(row).CopyTo(allKeys.RowSpan(Length + row));
            values.RowSpan(row).CopyTo(allValues.RowSpan(Length + row));
        }

        return (allKeys, allValues);
    }
}
