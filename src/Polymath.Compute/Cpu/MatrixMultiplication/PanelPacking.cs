using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu.MatrixMultiplication;

/// <summary>Copies strips of an operand into panels that a micro-kernel reads from front to back.</summary>
internal static unsafe class PanelPacking
{
    // 64 k of 48 lines make 12 KiB of panel: it stays in the first cache while groups of 8 lines are put side by side.
    private const int TransposeDepth = 64;

    // Elements ahead in the same row: the two panels to come, measured best where the source is in main memory.
    private const int PrefetchDistance = 96;

    /// <summary>Packs lines that lie side by side (LineStride 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(PanelSource* source, float* panel)
    {
        float* from = source->Data;
        nint step = source->DepthStride, count = source->Count, width = source->Width;
        nint whole = count & -8;
        for (nint k = source->Depth; k > 0; k--, from += step, panel += width)
        {
            nint line = 0;
            for (; line < whole; line += 8)
            {
                Vector256.Store(Vector256.Load(from + line), panel + line);
            }

            Prefetch.IntoFirstCache(from + PrefetchDistance, source->Count);

            for (; line < count; line++)
            {
                panel[line] = from[line];
            }

            for (; line < width; line++)
            {
                panel[line] = 0;
            }
        }
    }

    /// <summary>Packs lines that are contiguous along the depth (DepthStride 1), eight by eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose256(PanelSource* source, float* panel)
    {
        int depth = source->Depth, width = source->Width;
        for (int k = 0; k < depth; k += TransposeDepth)
        {
            int end = Math.Min(depth, k + TransposeDepth);
            for (int line = 0; line < width; line += 8)
            {
                int done = k;
                if (source->Count - line >= 8)
                {
                    done = TransposeBlocks(source, k, end, line, panel);
                }

                TransposeElements(source, done, end, line, panel);
            }
        }
    }

    /// <summary>Packs lines that are contiguous along the depth (DepthStride 1), element by element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(PanelSource* source, float* panel)
    {
        for (int line = 0; line < source->Width; line += 8)
        {
            TransposeElements(source, 0, source->Depth, line, panel);
        }
    }

    // The blocks of 8 k that lie within [k, end), for 8 lines; returns the k behind them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int TransposeBlocks(PanelSource* source, int k, int end, int line, float* panel)
    {
        nint stride = source->LineStride, width = source->Width;
        float* from = source->Data + (line * stride);
        float* to = panel + line;
        for (; k <= end - 8; k += 8)
        {
            Transpose8x8(from + k, stride, to + (k * width), width);
        }

        return k;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeElements(PanelSource* source, int k, int end, int line, float* panel)
    {
        nint stride = source->LineStride, width = source->Width;
        float* from = source->Data + (line * stride);
        float* to = panel + line + (k * width);
        int lines = Math.Min(8, source->Count - line), slots = Math.Min(8, (int)width - line);
        for (; k < end; k++, to += width)
        {
            for (int offset = 0; offset < slots; offset++)
            {
                to[offset] = offset < lines ? from[(offset * stride) + k] : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8x8(float* from, nint stride, float* to, nint step)
    {
        float* from4 = from + (4 * stride);
        float* to4 = to + (4 * step);
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + stride);
        Vector256<float> r2 = Vector256.Load(from + (2 * stride)), r3 = Vector256.Load(from + (3 * stride));
        Vector256<float> r4 = Vector256.Load(from4), r5 = Vector256.Load(from4 + stride);
        Vector256<float> r6 = Vector256.Load(from4 + (2 * stride)), r7 = Vector256.Load(from4 + (3 * stride));
        Vector256<double> p0 = Avx.UnpackLow(r0, r1).AsDouble(), p1 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> p2 = Avx.UnpackLow(r2, r3).AsDouble(), p3 = Avx.UnpackHigh(r2, r3).AsDouble();
        Vector256<double> p4 = Avx.UnpackLow(r4, r5).AsDouble(), p5 = Avx.UnpackHigh(r4, r5).AsDouble();
        Vector256<double> p6 = Avx.UnpackLow(r6, r7).AsDouble(), p7 = Avx.UnpackHigh(r6, r7).AsDouble();
        StoreHalves(Avx.UnpackLow(p0, p2), Avx.UnpackLow(p4, p6), to, to4);
        StoreHalves(Avx.UnpackHigh(p0, p2), Avx.UnpackHigh(p4, p6), to + step, to4 + step);
        StoreHalves(Avx.UnpackLow(p1, p3), Avx.UnpackLow(p5, p7), to + (2 * step), to4 + (2 * step));
        StoreHalves(Avx.UnpackHigh(p1, p3), Avx.UnpackHigh(p5, p7), to + (3 * step), to4 + (3 * step));
    }

    // One vector holds lines 0 to 3, the other lines 4 to 7; of each, the lower half is some k, the upper half k + 4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalves(Vector256<double> lines0, Vector256<double> lines4, float* to, float* to4)
    {
        Vector256.Store(Avx.Permute2x128(lines0, lines4, 0x20).AsSingle(), to);
        Vector256.Store(Avx.Permute2x128(lines0, lines4, 0x31).AsSingle(), to4);
    }
}
