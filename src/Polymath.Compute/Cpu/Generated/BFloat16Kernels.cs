using System.Runtime.InteropServices;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>The routines of bf16 products as machine code, ready to be called.</summary>
internal sealed unsafe class BFloat16Kernels : IDisposable
{
    // Routines start on cache lines.
    private const int Alignment = 64;

    private const int PackingCount = 4;

    private readonly ExecutableMemory _memory;
    private readonly delegate* unmanaged[SuppressGCTransition]<PanelPart*, void>[] _packing;
    private readonly delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>[] _tiles;

    private BFloat16Kernels(ExecutableMemory memory, ReadOnlySpan<int> offsets)
    {
        _memory = memory;
        _packing = new delegate* unmanaged[SuppressGCTransition]<PanelPart*, void>[PackingCount];
        _tiles = new delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>[BFloat16TileForm.All.Count];
        for (int index = 0; index < PackingCount; index++)
        {
            _packing[index] =
                (delegate* unmanaged[SuppressGCTransition]<PanelPart*, void>)(memory.Start + offsets[index]);
        }

        for (int index = 0; index < _tiles.Length; index++)
        {
            _tiles[index] = (delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void>)(
                memory.Start + offsets[PackingCount + index]);
        }
    }

    /// <summary>Generates the routines; null where the system refuses executable memory.</summary>
    /// <param name="pages">Where memory comes from.</param>
    public static BFloat16Kernels? TryCreate(ICodePages pages)
    {
        bool forWindows = OperatingSystem.IsWindows();
        List<byte[]> routines =
        [
            PackingCode.GenerateInterleaving(fromBFloat16: false, forWindows),
            PackingCode.GenerateInterleaving(fromBFloat16: true, forWindows),
            PackingCode.GenerateTransposition(fromBFloat16: false, forWindows),
            PackingCode.GenerateTransposition(fromBFloat16: true, forWindows),
            .. BFloat16TileForm.All.Select(form => BFloat16TileCode.Generate(form, forWindows)),
        ];
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

    /// <summary>Packs lines that lie side by side.</summary>
    public delegate* unmanaged[SuppressGCTransition]<PanelPart*, void> Interleave(bool fromBFloat16) =>
        _packing[fromBFloat16 ? 1 : 0];

    /// <summary>Packs 16 lines that are contiguous along the depth.</summary>
    public delegate* unmanaged[SuppressGCTransition]<PanelPart*, void> Transpose(bool fromBFloat16) =>
        _packing[fromBFloat16 ? 3 : 2];

    /// <summary>The tile of a form.</summary>
    public delegate* unmanaged[SuppressGCTransition]<BFloat16Tile*, void> Tile(BFloat16TileForm form) =>
        _tiles[form.Index];

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
