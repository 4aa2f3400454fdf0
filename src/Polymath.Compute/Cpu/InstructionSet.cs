namespace Polymath.Compute.Cpu;

/// <summary>What the kernels are written in; a later one is a superset of an earlier one.</summary>
public enum InstructionSet
{
    /// <summary>Vectors of the width that the runtime finds, on any processor.</summary>
    Portable,

    /// <summary>x86-64 with AVX2 and FMA: 256-bit vectors.</summary>
    Avx2,

    /// <summary>x86-64 with AVX-512 F, BW, DQ, VL: 512-bit vectors.</summary>
    Avx512,

    /// <summary>AVX-512 with bf16 products as well, which are machine code generated at run time.</summary>
    Avx512Bf16,
}
