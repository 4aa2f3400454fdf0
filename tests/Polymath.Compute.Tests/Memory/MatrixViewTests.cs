namespace Polymath.Compute.Tests.Memory;

public sealed unsafe class MatrixViewTests
{
    [Fact]
    public void PartsOfAMatrixOfHalvesLieWhereTheirElementsDo()
    {
        using var plan = new MemoryPlan();
        PlannedMatrix matrix = plan.ReserveMatrix("halves", 4, 6, DataType.BFloat16);
        plan.Commit();
        for (int index = 0; index < 24; index++)
        {
            matrix.View.BFloat16Data[index] = (BFloat16)index;
        }

        Assert.Equal(48, plan.Summarize().Single().Bytes);
        MatrixView part = matrix.View.RowRange(1, 2).ColumnRange(2, 3);
        Assert.Equal((DataType.BFloat16, 2, 3, 6), (part.Type, part.Rows, part.Columns, part.Stride));
        Assert.Equal(8, (float)part.Row<BFloat16>(0)[0]);
        Assert.Equal(16, (float)part.Row<BFloat16>(1)[2]);
        Assert.Equal(6, (float)matrix.Top(2).Row<BFloat16>(1)[0]);
    }

    [Fact]
    public void AMatrixIsNotReadAsAnotherType()
    {
        using var plan = new MemoryPlan();
        PlannedMatrix halves = plan.ReserveMatrix("halves", 2, 2, DataType.BFloat16);
        PlannedMatrix floats = plan.ReserveMatrix("floats", 2, 2);
        plan.Commit();
        Assert.Throws<InvalidOperationException>(() => (nint)halves.View.Data);
        Assert.Throws<InvalidOperationException>(() => (nint)halves.View.Row(0));
        Assert.Throws<InvalidOperationException>(() => (nint)floats.View.BFloat16Data);
        Assert.Throws<InvalidOperationException>(() => (nint)floats.View.Row<BFloat16>(0));
    }
}
