namespace Polymath.Cli.Benchmarks.Training;

/// <summary>A kernel, and the shape of a product.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="M">Rows of a product's result; 0 for other kernels.</param>
/// <param name="N">Columns of a product's result.</param>
/// <param name="K">What is summed over.</param>
internal readonly record struct KernelCall(string Kernel, int M = 0, int N = 0, int K = 0)
{
    /// <summary>Adds and multiplies of one call; 0 where they are not counted.</summary>
    public double Operations => 2.0 * M * N * K;

    /// <inheritdoc/>
    public override string ToString() => M == 0 ? Kernel : $"{Kernel} {M}x{N}x{K}";
}

/// <summary>What the calls of a kernel took together.</summary>
/// <param name="Calls">Their number.</param>
/// <param name="Seconds">Elapsed time.</param>
internal readonly record struct KernelTime(int Calls, double Seconds);
