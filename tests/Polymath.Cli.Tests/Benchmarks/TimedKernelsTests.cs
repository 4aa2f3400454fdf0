using Polymath.Cli.Benchmarks.Training;
using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Cli.Tests.Benchmarks;

public sealed unsafe class TimedKernelsTests
{
    [Fact]
    public void ProductsAreToldApartByShapeAndComputeTheSame()
    {
        using CpuKernels inner = CpuKernels.Create(InstructionSets.Chosen, 1);
        using var timed = new TimedKernels(inner);
        using var plan = new MemoryPlan();
        PlannedMatrix a = plan.ReserveMatrix("test", 2, 3), b = plan.ReserveMatrix("test", 4, 3);
        PlannedMatrix c = plan.ReserveMatrix("test", 2, 4);
        plan.Commit();
        a.View.RowSpan(1).Fill(2);
        b.View.RowSpan(2).Fill(5);

        timed.Multiply(MatrixProduct.NT, a.View, b.View, c.View);
        timed.Multiply(MatrixProduct.NT, a.View, b.View, c.View);
        double squares = timed.SumOfSquares(c.View.Data, 4 + c.View.Stride);

        Assert.Equal(30, c.View.RowSpan(1)[2]);
        Assert.Equal(900, squares);
        Assert.Equal(2, timed.Times[new KernelCall("Multiply NT", 2, 4, 3)].Calls);
        Assert.Equal(48, new KernelCall("Multiply NT", 2, 4, 3).Operations);
        Assert.Equal(1, timed.Times[new KernelCall("SumOfSquares")].Calls);
    }
}
