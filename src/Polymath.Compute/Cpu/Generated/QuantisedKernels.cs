using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.Generated;

/// <summary>The routines of products with quantised weights as machine code, ready to be called.</summary>
internal sealed unsafe class QuantisedKernels : IDisposable
{
    // Routines start on cache lines.
    private const int Alignment = 64;

    private readonly ExecutableMemory _memory;
    private readonly delegate* unmanaged[SuppressGCTransition]<QuantisedTile*, void>[] _rows, _tiles;

    private QuantisedKernels(ExecutableMemory memory, List<int> offsets)
    {
        _memory = memory;
        int sources = offsets.Count / 2;
        _rows = new delegate* unmanaged[SuppressGCTransition]<QuantisedTile*, void>[sources];
        _tiles = new delegate* unmanaged[SuppressGCTransition]<QuantisedTile*, void>[sources];
        byte* start = memory.Start;
        for (int source = 0; source < sources; source++)
        {
            _rows[source] =
                (delegate* unmanaged[SuppressGCTransition]<QuantisedTile*, void>)(start + offsets[2 * source]);
            _tiles[source] =
                (delegate* unmanaged[SuppressGCTransition]<QuantisedTile*, void>)(start + offsets[(2 * source) + 1]);
        }
    }

    // Bit 11 of ECX in subleaf 0 of leaf 7 (Intel's manual, volume 2, CPUID): the runtime does not know AVX512_VNNI.
    private static bool HasInstructions =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0;

    /// <summary>Generates the routines; null where processor or system lacks what they need.</summary>
    /// <param name="pages">Where memory comes from.</param>
    public static QuantisedKernels? TryCreate(ICodePages pages)
    {
        if (!HasInstructions)
        {
            return null;
        }

        var code = new List<byte>();
        var offsets = new List<int>();
        foreach (QuantisedSource source in Enum.GetValues<QuantisedSource>())
        {
            foreach (int tokens in (ReadOnlySpan<int>)[1, QuantisedTileCode.MaxTokens])
            {
                offsets.Add(code.Count);
                code.AddRange(QuantisedTileCode.Generate(source, tokens, OperatingSystem.IsWindows()));
                code.AddRange(new byte[(Alignment - (code.Count % Alignment)) % Alignment]);
            }
        }

        var memory = ExecutableMemory.TryCreate(pages, CollectionsMarshal.AsSpan(code));
        return memory is null ? null : new QuantisedKernels(memory, offsets);
    }

    /// <summary>The tile for one row of x, or for <see cref="QuantisedTileCode.MaxTokens"/>.</summary>
    public delegate* unmanaged[SuppressGCTransition]<QuantisedTile*, void> Tile(QuantisedSource source, bool singleRow) =>
        (singleRow ? _rows : _tiles)[(int)source];

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
