using System.Collections.Immutable;

namespace Polymath.Compute;

/// <summary>Rows of a weight matrix that share a format.</summary>
/// <param name="Format">The format.</param>
/// <param name="Rows">The number of rows.</param>
public readonly record struct WeightPart(WeightFormat Format, int Rows);

/// <summary>
/// A weight matrix W [Rows, Columns] for inference, in compact formats and in the layout of the kernels that planned it
/// (<see cref="Kernels.PlanWeights"/>). Only they know the layout.
/// </summary>
public sealed class PackedWeights
{
    internal PackedWeights(int columns, ImmutableArray<PackedPart> parts)
    {
        Columns = columns;
        Parts = parts;
        Rows = parts[^1].FirstRow + parts[^1].Rows;
    }

    /// <summary>The number of rows of all parts.</summary>
    public int Rows { get; }

    /// <summary>The number of columns.</summary>
    public int Columns { get; }

    /// <summary>The parts, one below the other.</summary>
    public ImmutableArray<PackedPart> Parts { get; }

    /// <summary>The bytes in memory.</summary>
    public long Bytes => Parts.Sum(part => part.Buffer.ElementCount);

    /// <summary>The part that a row lies in.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public PackedPart PartOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        foreach (PackedPart part in Parts)
        {
            if (row < part.FirstRow + part.Rows)
            {
                return part;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(row), row, $"the matrix has {Rows} rows");
    }
}

/// <summary>A part of a <see cref="PackedWeights"/>.</summary>
public sealed class PackedPart
{
    internal PackedPart(WeightFormat format, int firstRow, int rows, PlannedBuffer buffer)
    {
        Format = format;
        FirstRow = firstRow;
        Rows = rows;
        Buffer = buffer;
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    /// <summary>The first row.</summary>
    public int FirstRow { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    internal PlannedBuffer Buffer { get; }
}
