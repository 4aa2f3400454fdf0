namespace Polymath.Compute.Cpu.Generated;

/// <summary>
/// Where a product goes: C, fp32 or bf16, and where its sums are kept until the whole depth is summed, which is C itself
/// unless that is bf16.
/// </summary>
internal unsafe struct BFloat16Result
{
    /// <summary>The first element of C.</summary>
    public byte* C;

    /// <summary>From a row of C to the next, in bytes.</summary>
    public nint CRowBytes;

    /// <summary>Whether C is bf16.</summary>
    public bool IsBFloat16;

    /// <summary>The first unfinished sum; not used where a product is finished in one go.</summary>
    public float* Sums;

    /// <summary>From a row of unfinished sums to the next, in bytes.</summary>
    public nint SumsRowBytes;

    /// <summary>[columns], added to every row at the end, or null.</summary>
    public float* Bias;

    /// <summary>Whether sums are there already: those of the k before, or what the product is added to.</summary>
    public bool HasSums;

    /// <summary>Whether the k after these are still to come: then sums are kept, not finished.</summary>
    public bool IsUnfinished;

    /// <summary>The size of an element of C.</summary>
    public readonly int ElementBytes => IsBFloat16 ? sizeof(ushort) : sizeof(float);

    /// <summary>The part that begins with a row and a column.</summary>
    public readonly BFloat16Result At(int row, int column)
    {
        BFloat16Result part = this;
        part.C += (row * CRowBytes) + (column * ElementBytes);
        part.Sums = (float*)((byte*)Sums + (row * SumsRowBytes)) + column;
        part.Bias = Bias is null ? null : Bias + column;
        return part;
    }
}
