using System.Runtime.CompilerServices;

namespace Polymath.Compute.Cpu;

/// <summary>Steps of optimisers over flat ranges.</summary>
/// <typeparam name="TSimd">The vector.</typeparam>
internal static unsafe class OptimizerSteps<TSimd>
    where TSimd : struct, ISimd<TSimd>
{
    /// <summary>One AdamW step (Loshchilov and Hutter, 2019); see <see cref="Kernels.AdamW"/>.</summary>
    public static void AdamW(
        WorkerTeam team, in AdamWStep step, float* parameters, float* gradients, float* firstMoments,
        float* secondMoments, long count)
    {
        double firstCorrection = 1 - Math.Pow(step.Beta1, step.Step);
        double secondCorrection = 1 - Math.Pow(step.Beta2, step.Step);
        var constants = new AdamWConstants(
            step.GradientScale, step.Beta1, step.Beta2, 1 - (step.LearningRate * step.WeightDecay),
            (float)(-step.LearningRate / firstCorrection), (float)(1 / Math.Sqrt(secondCorrection)), step.Epsilon);
        team.Run(
            Elementwise<TSimd>.CountTiles(count),
            new AdamWJob(constants, parameters, gradients, firstMoments, secondMoments, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AdamW(in AdamWConstants constants, float* p, float* g, float* m, float* v, int count)
    {
        TSimd gradientScale = TSimd.Create(constants.GradientScale), epsilon = TSimd.Create(constants.Epsilon);
        TSimd beta1 = TSimd.Create(constants.Beta1), rest1 = TSimd.Create(1 - constants.Beta1);
        TSimd beta2 = TSimd.Create(constants.Beta2), rest2 = TSimd.Create(1 - constants.Beta2);
        TSimd keep = TSimd.Create(constants.Keep), rate = TSimd.Create(constants.MinusRate);
        TSimd rootScale = TSimd.Create(constants.RootScale);
        int j = 0;
        for (; j <= count - TSimd.Count; j += TSimd.Count)
        {
            AdamWStepOf(default(AllLanes<TSimd>), p + j, g + j, m + j, v + j);
        }

        if (j < count)
        {
            AdamWStepOf(new FirstLanes<TSimd>(count - j), p + j, g + j, m + j, v + j);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void AdamWStepOf<TLanes>(TLanes lanes, float* p, float* g, float* m, float* v)
            where TLanes : struct, ILanes<TSimd>
        {
            TSimd gradient = lanes.Load(g) * gradientScale;
            TSimd first = TSimd.MultiplyAdd(beta1, lanes.Load(m), rest1 * gradient);
            TSimd second = TSimd.MultiplyAdd(beta2, lanes.Load(v), rest2 * gradient * gradient);
            TSimd direction = first / TSimd.MultiplyAdd(TSimd.Sqrt(second), rootScale, epsilon);
            lanes.Store(first, m);
            lanes.Store(second, v);
            lanes.Store(TSimd.MultiplyAdd(rate, direction, keep * lanes.Load(p)), p);
        }
    }

    // Keep: what weight decay leaves. MinusRate and RootScale hold the bias corrections of the moments.
    private readonly record struct AdamWConstants(
        float GradientScale, float Beta1, float Beta2, float Keep, float MinusRate, float RootScale, float Epsilon);

    private readonly struct AdamWJob(
        AdamWConstants constants, float* parameters, float* gradients, float* firstMoments, float* secondMoments,
        long count) : IParallelJob
    {
        public void Execute(int tile, int worker)
        {
            (long start, int size) = Elementwise<TSimd>.Range(tile, count);
            AdamW(constants, parameters + start, gradients + start, firstMoments + start, secondMoments + start, size);
        }
    }
}
