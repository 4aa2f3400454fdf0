using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>The routines of bf16 products as machine code, ready to be called.</summary>
internal sealed unsafe class BFloat16Kernels : IDisposable
{
    // Routines start on cache lines.
    private const int Alignment = 64;

    private readonly ExecutableMemory _memory;
    private readonly delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>[] _tiles, _maskedTiles;

    private BFloat16Kernels(ExecutableMemory memory, ReadOnlySpan<int> offsets)
    {
        _memory = memory;
        _tiles = new delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>[BFloat16TileCode.MaxVectors];
        _maskedTiles = new delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>[BFloat16TileCode.MaxVectors];
        byte* start = memory.Start;
        Interleave = (delegate* unmanaged[SuppressGCTransition]<PanelPart*, void>)(start + offsets[0]);
        Transpose = (delegate* unmanaged[SuppressGCTransition]<PanelPart*, void>)(start + offsets[1]);
        for (int index = 0; index < BFloat16TileCode.MaxVectors; index++)
        {
            _tiles[index] =
                (delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>)(start + offsets[2 + (2 * index)]);
            _maskedTiles[index] =
                (delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>)(start + offsets[3 + (2 * index)]);
        }
    }

    /// <summary>Packs lines that lie side by side.</summary>
    public delegate* unmanaged[SuppressGCTransition]<PanelPart*, void> Interleave { get; }

    /// <summary>Packs 16 lines that are contiguous along the depth.</summary>
    public delegate* unmanaged[SuppressGCTransition]<PanelPart*, void> Transpose { get; }

    /// <summary>Generates the routines; null where the system refuses executable memory.</summary>
    /// <param name="pages">Where memory comes from.</param>
    public static BFloat16Kernels? TryCreate(ICodePages pages)
    {
        bool forWindows = OperatingSystem.IsWindows();
        var routines = new List<byte[]>
        {
            PackingCode.GenerateInterleaving(forWindows), PackingCode.GenerateTransposition(forWindows),
        };
        for (int vectors = 1; vectors <= BFloat16TileCode.MaxVectors; vectors++)
        {
            routines.Add(BFloat16TileCode.Generate(vectors, masked: false, forWindows));
            routines.Add(BFloat16TileCode.Generate(vectors, masked: true, forWindows));
        }

        var code = new List<byte>();
        var offsets = new List<int>();
        foreach (byte[] routine in routines)
        {
            offsets.Add(code.Count);
            code.AddRange(routine);
            code.AddRange(new byte[(Alignment - (code.Count % Alignment)) % Alignment]);
        }

        var memory = ExecutableMemory.TryCreate(pages, CollectionsMarshal.AsSpan(code));
        return memory is null ? null : new BFloat16Kernels(memory, CollectionsMarshal.AsSpan(offsets));
    }

    /// <summary>The tile of so many vectors of columns, whose last is whole or cut by the mask.</summary>
    public delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void> Tile(int vectors, bool masked) =>
        (masked ? _maskedTiles : _tiles)[vectors - 1];

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
