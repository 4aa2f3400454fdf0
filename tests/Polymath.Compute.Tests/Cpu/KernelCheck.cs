using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

/// <summary>
/// Holds a kernel against what it should give, for every instruction set of this machine, and for each of them
/// against itself with other numbers of threads, to the bit.
/// </summary>
internal static class KernelCheck
{
    private static readonly int[] ThreadCounts = [1, 2, 3];

    /// <summary>Rows and columns with and without tails, of one and of several chunks and tiles.</summary>
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 1 }, { 3, 5 }, { 2, 16 }, { 5, 37 }, { 7, 64 }, { 150, 3 }, { 131, 17 },
    };

    /// <summary>Runs <paramref name="compute"/>, which returns the matrices that it wrote, on every back end.</summary>
    public static void Run(Func<CpuKernels, TestMatrix[]> compute, double tolerance, params double[][] expected)
    {
        foreach (InstructionSet set in InstructionSets.Supported)
        {
            double[][]? first = null;
            foreach (int threadCount in ThreadCounts)
            {
                using var kernels = CpuKernels.Create(set, threadCount);
                double[][] actual = [.. compute(kernels).Select(matrix => matrix.ToDoubles())];
                string where = $"{kernels.Name}, {threadCount} threads";
                if (first is null)
                {
                    Compare(expected, actual, tolerance, where);
                    first = actual;
                }
                else
                {
                    CompareBits(first, actual, where);
                }
            }
        }
    }

    /// <summary>Demands that numbers agree to a tolerance relative to the largest of them, or to 1.</summary>
    public static void Close(double[] expected, double[] actual, double tolerance, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = expected.Length == 0 ? 1 : Math.Max(1, expected.Max(Math.Abs));
        for (int index = 0; index < expected.Length; index++)
        {
            double error = Math.Abs(expected[index] - actual[index]);
            Assert.True(
                error <= tolerance * scale,
                $"{where}, element {index}: expected {expected[index]}, found {actual[index]}");
        }
    }

    private static void Compare(double[][] expected, double[][] actual, double tolerance, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int output = 0; output < expected.Length; output++)
        {
            Close(expected[output], actual[output], tolerance, $"{where}, output {output}");
        }
    }

    private static void CompareBits(double[][] first, double[][] other, string where)
    {
        for (int output = 0; output < first.Length; output++)
        {
            for (int index = 0; index < first[output].Length; index++)
            {
                Assert.True(
                    BitConverter.DoubleToInt64Bits(first[output][index])
                        == BitConverter.DoubleToInt64Bits(other[output][index]),
                    $"{where}, output {output}, element {index}: {first[output][index]} became {other[output][index]}");
            }
        }
    }
}
