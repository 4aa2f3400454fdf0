using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Polymath.Compute.Cpu;

/// <summary>
/// Rows of one head brought together from a matrix where the heads lie side by side. Strips lie one behind the other,
/// zero beyond the columns that there are.
/// </summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class AttentionPacking<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>Copies rows, scaled, and fills up columns and rows with zeros.</summary>
    /// <param name="source">The head.</param>
    /// <param name="first">The first row.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="scale">What the elements are multiplied by.</param>
    /// <param name="target">[paddedRows, paddedColumns].</param>
    /// <param name="paddedRows">The rows of the target.</param>
    /// <param name="paddedColumns">The columns of the target.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyRows(
        HeadRows source, int first, int rows, int columns, float scale, float* target, int paddedRows,
        int paddedColumns)
    {
        TSimd scales = TSimd.Create(scale);
        for (int row = 0; row < rows; row++, target += paddedColumns)
        {
            float* from = source.Row(first + row);
            int j = 0;
            for (; j <= columns - TSimd.Count; j += TSimd.Count)
            {
                TSimd.Store(TSimd.Load(from + j) * scales, target + j);
            }

            if (j < columns)
            {
                TSimd.Store(TSimd.LoadPartial(from + j, columns - j, TSimd.Zero) * scales, target + j);
                j += TSimd.Count;
            }

            for (; j < paddedColumns; j += TSimd.Count)
            {
                TSimd.Store(TSimd.Zero, target + j);
            }
        }

        new Span<float>(target, (paddedRows - rows) * paddedColumns).Clear();
    }

    /// <summary>Copies rows [depth, columns] into strips along the columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Strips PackStrips(HeadRows source, int first, int depth, int columns, float* strips)
    {
        nint step = (nint)depth * AttentionTiles<TSimd>.StripColumns;
        for (int k = 0; k < depth; k++)
        {
            float* from = source.Row(first + k), target = strips + ((nint)k * AttentionTiles<TSimd>.StripColumns);
            for (int start = 0; start < columns; start += AttentionTiles<TSimd>.StripColumns, target += step)
            {
                CopyStripRow(from + start, Math.Min(AttentionTiles<TSimd>.StripColumns, columns - start), target);
            }
        }

        return new(strips, AttentionTiles<TSimd>.StripColumns, step);
    }

    /// <summary>Transposes rows [columns, depth] into strips along the columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Strips PackTransposed(HeadRows source, int first, int columns, int depth, float* strips)
    {
        nint step = (nint)depth * AttentionTiles<TSimd>.StripColumns;
        float* strip = strips;
        for (int start = 0; start < columns; start += AttentionTiles<TSimd>.StripColumns, strip += step)
        {
            int width = Math.Min(AttentionTiles<TSimd>.StripColumns, columns - start);
            if (width < AttentionTiles<TSimd>.StripColumns)
            {
                new Span<float>(strip, (int)step).Clear();
            }

            int column = 0;
            for (; column <= width - 4; column += 4)
            {
                TransposeFour(source.Row(first + start + column), source.Stride, depth, strip + column);
            }

            for (; column < width; column++)
            {
                float* from = source.Row(first + start + column);
                for (int k = 0; k < depth; k++)
                {
                    strip[(k * AttentionTiles<TSimd>.StripColumns) + column] = from[k];
                }
            }
        }

        return new(strips, AttentionTiles<TSimd>.StripColumns, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyStripRow(float* source, int columns, float* target)
    {
        for (int vector = 0; vector < AttentionTiles<TSimd>.StripVectors; vector++)
        {
            int left = columns - (vector * TSimd.Count);
            TSimd lanes = left >= TSimd.Count ? TSimd.Load(source)
                : left > 0 ? TSimd.LoadPartial(source, left, TSimd.Zero)
                : TSimd.Zero;
            TSimd.Store(lanes, target);
            source += TSimd.Count;
            target += TSimd.Count;
        }
    }

    // Four rows [4, depth] become four columns of a strip.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeFour(float* source, nint stride, int depth, float* target)
    {
        int k = 0, step = AttentionTiles<TSimd>.StripColumns;
        for (; k <= depth - 4; k += 4, source += 4, target += 4 * step)
        {
            Vector128<float> r0 = Vector128.Load(source), r1 = Vector128.Load(source + stride);
            Vector128<float> r2 = Vector128.Load(source + (2 * stride)), r3 = Vector128.Load(source + (3 * stride));
            Vector128<float> low02 = Low(r0, r2), low13 = Low(r1, r3), high02 = High(r0, r2), high13 = High(r1, r3);
            Low(low02, low13).Store(target);
            High(low02, low13).Store(target + step);
            Low(high02, high13).Store(target + (2 * step));
            High(high02, high13).Store(target + (3 * step));
        }

        for (; k < depth; k++, source++, target += step)
        {
            target[0] = source[0];
            target[1] = source[stride];
            target[2] = source[2 * stride];
            target[3] = source[3 * stride];
        }
    }

    // (a0, b0, a1, b1).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    // (a2, b2, a3, b3).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
