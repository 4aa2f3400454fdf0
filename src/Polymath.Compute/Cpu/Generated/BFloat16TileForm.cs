namespace Polymath.Compute.Cpu.Generated;

/// <summary>What a generated tile is generated for.</summary>
/// <param name="Vectors">The vectors of columns, from one to <see cref="BFloat16TileCode.MaxVectors"/>.</param>
/// <param name="IsMasked">Whether the last of them is cut by the column mask.</param>
/// <param name="ReadsRows">Whether A is read as it lies.</param>
/// <param name="WritesBFloat16">Whether C is bf16.</param>
internal readonly record struct BFloat16TileForm(int Vectors, bool IsMasked, bool ReadsRows, bool WritesBFloat16)
{
    /// <summary>All forms, each at its <see cref="Index"/>.</summary>
    public static IReadOnlyList<BFloat16TileForm> All { get; } =
    [
        .. from vectors in Enumerable.Range(1, BFloat16TileCode.MaxVectors)
           from form in Enumerable.Range(0, 8)
           select new BFloat16TileForm(vectors, (form & 4) != 0, (form & 2) != 0, (form & 1) != 0),
    ];

    /// <summary>The place of this form among all.</summary>
    public int Index =>
        (8 * (Vectors - 1)) + (IsMasked ? 4 : 0) + (ReadsRows ? 2 : 0) + (WritesBFloat16 ? 1 : 0);
}
