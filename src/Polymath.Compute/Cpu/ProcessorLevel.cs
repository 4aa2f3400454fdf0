namespace Polymath.Compute.Cpu;

/// <summary>The levels of x86-64 processors that compilers name (System V ABI, AMD64 supplement, section 3.1.1).</summary>
public enum ProcessorLevel
{
    /// <summary>Any x86-64 processor, or one of another kind.</summary>
    Baseline,

    /// <summary>x86-64-v3: AVX2, FMA, BMI.</summary>
    V3,

    /// <summary>x86-64-v4: AVX-512 F, BW, CD, DQ, VL.</summary>
    V4,
}
