using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>The parts of a softmax over one row, in powers of two or of e.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class SoftmaxRows<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>The largest of <paramref name="count"/> numbers; negative infinity of none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Max(float* x, int count)
    {
        TSimd lowest = TSimd.Create(float.NegativeInfinity), max0 = lowest, max1 = lowest;
        int j = 0;
        for (; j <= count - (2 * TSimd.Count); j += 2 * TSimd.Count)
        {
            max0 = TSimd.Max(max0, TSimd.Load(x + j));
            max1 = TSimd.Max(max1, TSimd.Load(x + j + TSimd.Count));
        }

        if (j <= count - TSimd.Count)
        {
            max0 = TSimd.Max(max0, TSimd.Load(x + j));
            j += TSimd.Count;
        }

        if (j < count)
        {
            max1 = TSimd.Max(max1, TSimd.LoadPartial(x + j, count - j, lowest));
        }

        return TSimd.HorizontalMax(TSimd.Max(max0, max1));
    }

    /// <summary>
    /// x = 2^(x·scale - max) for the first <paramref name="count"/> numbers and zero for the others, in place.
    /// </summary>
    /// <param name="x">[padded].</param>
    /// <param name="scale">What they are multiplied by.</param>
    /// <param name="count">The numbers that count.</param>
    /// <param name="padded">All numbers; a multiple of the lanes.</param>
    /// <param name="max">What is taken off.</param>
    /// <returns>The sum.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exp2(float* x, float scale, int count, int padded, float max)
    {
        TSimd scales = TSimd.Create(scale), maxima = TSimd.Create(-max), sum0 = TSimd.Zero, sum1 = TSimd.Zero;
        int j = 0;
        for (; j <= count - (2 * TSimd.Count); j += 2 * TSimd.Count)
        {
            TSimd e0 = Exponentials<TSimd>.Exp2OfNonPositive(TSimd.MultiplyAdd(TSimd.Load(x + j), scales, maxima));
            TSimd e1 = Exponentials<TSimd>.Exp2OfNonPositive(
                TSimd.MultiplyAdd(TSimd.Load(x + j + TSimd.Count), scales, maxima));
            TSimd.Store(e0, x + j);
            TSimd.Store(e1, x + j + TSimd.Count);
            sum0 += e0;
            sum1 += e1;
        }

        for (; j < count; j += TSimd.Count)
        {
            TSimd e = Exponentials<TSimd>.Exp2OfNonPositive(TSimd.MultiplyAdd(TSimd.Load(x + j), scales, maxima));
            e = count - j < TSimd.Count ? TSimd.KeepFirst(e, count - j) : e;
            TSimd.Store(e, x + j);
            sum0 += e;
        }

        for (; j < padded; j += TSimd.Count)
        {
            TSimd.Store(TSimd.Zero, x + j);
        }

        return TSimd.Sum(sum0 + sum1);
    }

    /// <summary>
    /// Makes a row's scores of one block of keys into weights, relative to the largest score so far, and what was
    /// summed under an earlier, smaller one smaller (Milakov and Gimelshein, "Online normalizer calculation", 2018).
    /// </summary>
    /// <param name="scores">[padded].</param>
    /// <param name="scale">What makes them powers of two; not negative.</param>
    /// <param name="count">The scores that count.</param>
    /// <param name="padded">All scores; a multiple of the lanes.</param>
    /// <param name="isFirst">Whether this is the row's first block.</param>
    /// <param name="max">The largest score so far, scaled.</param>
    /// <param name="weightSum">The sum of the weights so far.</param>
    /// <param name="sums">[width], the weighted sums so far.</param>
    /// <param name="width">Their number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(
        float* scores, float scale, int count, int padded, bool isFirst, ref float max, ref float weightSum, float* sums,
        int width)
    {
        float largest = scale * Max(scores, count), earlierSum = 0;
        if (!isFirst)
        {
            largest = Math.Max(largest, max);
            float shrink = MathF.Pow(2, max - largest);
            earlierSum = weightSum * shrink;
            if (shrink != 1)
            {
                Scale(sums, shrink, sums, width);
            }
        }

        max = largest;
        weightSum = earlierSum + Exp2(scores, scale, count, padded, largest);
    }

    /// <summary>
    /// Scores become weights p = 2^(score·scale - logSum), and their gradients those of the scores,
    /// p·(gradient - mean); zero beyond the first <paramref name="count"/>.
    /// </summary>
    /// <param name="scores">[padded]; overwritten by p.</param>
    /// <param name="scale">What makes them powers of two.</param>
    /// <param name="gradients">[padded], of p; overwritten by those of the scores.</param>
    /// <param name="count">The numbers that count.</param>
    /// <param name="padded">All numbers; a multiple of the lanes.</param>
    /// <param name="logSum">The row's, to the base of two.</param>
    /// <param name="mean">The mean of the gradients under p.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        float* scores, float scale, float* gradients, int count, int padded, float logSum, float mean)
    {
        TSimd scales = TSimd.Create(scale), logSums = TSimd.Create(-logSum), means = TSimd.Create(mean);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            TSimd p = Exponentials<TSimd>.Exp2OfNonPositive(TSimd.MultiplyAdd(TSimd.Load(scores + j), scales, logSums));
            TSimd.Store(p, scores + j);
            TSimd.Store(p * (TSimd.Load(gradients + j) - means), gradients + j);
        }

        if (j < count)
        {
            TSimd p = Exponentials<TSimd>.Exp2OfNonPositive(TSimd.MultiplyAdd(TSimd.Load(scores + j), scales, logSums));
            TSimd.Store(TSimd.KeepFirst(p, count - j), scores + j);
            TSimd.Store(TSimd.KeepFirst(p * (TSimd.Load(gradients + j) - means), count - j), gradients + j);
            j += TSimd.Count;
        }

        for (; j < padded; j += TSimd.Count)
        {
            TSimd.Store(TSimd.Zero, scores + j);
            TSimd.Store(TSimd.Zero, gradients + j);
        }
    }

    /// <summary>
    /// As <see cref="Backward"/>, where a row holds a key's scores: logSums and means are each query's own, and only the
    /// queries [first, count) see the key.
    /// </summary>
    /// <param name="scores">[padded]; overwritten by p from <paramref name="from"/> on.</param>
    /// <param name="scale">What makes them powers of two.</param>
    /// <param name="gradients">[padded], of p; overwritten by those of the scores.</param>
    /// <param name="logSums">[count], to the base of two.</param>
    /// <param name="means">[count].</param>
    /// <param name="from">Where the row begins, a multiple of the lanes.</param>
    /// <param name="first">The first query that counts.</param>
    /// <param name="count">Behind the last.</param>
    /// <param name="padded">Behind the row, a multiple of the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BackwardOfKey(
        float* scores, float scale, float* gradients, float* logSums, float* means, int from, int first, int count,
        int padded)
    {
        TSimd scales = TSimd.Create(scale);
        for (int j = first / TSimd.Count * TSimd.Count; j < count; j += TSimd.Count)
        {
            TSimd p = Exponentials<TSimd>.Exp2OfNonPositive(
                TSimd.MultiplyAdd(TSimd.Load(scores + j), scales, TSimd.Zero - TSimd.Load(logSums + j)));
            TSimd.Store(p, scores + j);
            TSimd.Store(p * (TSimd.Load(gradients + j) - TSimd.Load(means + j)), gradients + j);
        }

        new Span<float>(scores + from, first - from).Clear();
        new Span<float>(gradients + from, first - from).Clear();
        new Span<float>(scores + count, padded - count).Clear();
        new Span<float>(gradients + count, padded - count).Clear();
    }

    /// <summary>y = x·scale, rounded to what y holds; y may be x.</summary>
    /// <typeparam name="T">What y holds: float or <see cref="BFloat16"/>.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<T>(float* x, float scale, T* y, int count)
        where T : unmanaged
    {
        TSimd scales = TSimd.Create(scale);
        var all = default(AllLanes<TSimd>);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            all.Store(TSimd.Load(x + j) * scales, y + j);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            lanes.Store(lanes.Load(x + j) * scales, y + j);
        }
    }

    /// <summary>y += x·scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(float* x, float scale, float* y, int count)
    {
        TSimd scales = TSimd.Create(scale);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Load(x + j), scales, TSimd.Load(y + j)), y + j);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            lanes.Store(TSimd.MultiplyAdd(lanes.Load(x + j), scales, lanes.Load(y + j)), y + j);
        }
    }

    /// <summary>The dot product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* x, float* y, int count)
    {
        TSimd sum = TSimd.Zero;
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            sum = TSimd.MultiplyAdd(TSimd.Load(x + j), TSimd.Load(y + j), sum);
        }

        if (j < count)
        {
            var lanes = new FirstLanes<TSimd>(count - j);
            sum = TSimd.MultiplyAdd(lanes.Load(x + j), lanes.Load(y + j), sum);
        }

        return TSimd.Sum(sum);
    }
}
