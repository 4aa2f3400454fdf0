using Polymath.Compute.Cpu;

namespace Polymath.Compute.Tests.Cpu;

public sealed unsafe class EmbeddingTests
{
    private const int TokenCount = 11, PositionCount = 50;

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(40, 37, true)]
    [InlineData(40, 48, false)]
    [InlineData(600, 40, true)]
    public void RowsAreLookedUpAndTheirGradientsAddedBack(int rows, int columns, bool hasPositions)
    {
        TestMatrix table = TestMatrix.Random(TokenCount, columns, "table");
        TestMatrix positionTable = TestMatrix.Random(PositionCount, columns, "positions");
        TestMatrix dy = TestMatrix.Random(rows, columns, "dy");
        int[] tokens = Indices(rows, TokenCount, "tokens"), positions = Indices(rows, PositionCount, "at");
        double[] tables = table.ToDoubles(), positionTables = positionTable.ToDoubles(), dys = dy.ToDoubles();
        double[] y = new double[rows * columns], dTable = [.. tables], dPositionTable = [.. positionTables];
        for (int index = 0; index < y.Length; index++)
        {
            int row = index / columns, column = index % columns;
            int token = (tokens[row] * columns) + column, position = (positions[row] * columns) + column;
            y[index] = tables[token] + (hasPositions ? positionTables[position] : 0);
            dTable[token] += dys[index];
            dPositionTable[position] += hasPositions ? dys[index] : 0;
        }

        KernelCheck.Run(
            kernels =>
            {
                TestMatrix ys = new(rows, columns), dTables = table.Copy(), dPositionTables = positionTable.Copy();
                fixed (int* token = tokens, at = positions)
                {
                    int* position = hasPositions ? at : null;
                    kernels.Embed(token, table.View, position, hasPositions ? positionTable.View : null, ys.View);
                    kernels.EmbedBackward(
                        token, dTables.View, position, hasPositions ? dPositionTables.View : null, dy.View);
                }

                return [ys, dTables, dPositionTables];
            },
            2e-6, y, dTable, dPositionTable);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(TokenCount)]
    public void ATokenOutsideOfTheTableIsRefused(int token)
    {
        using var kernels = CpuKernels.Create(InstructionSet.Portable, 1);
        TestMatrix table = new(TokenCount, 4), y = new(2, 4);
        int* tokens = stackalloc int[] { 0, token };
        var failure = Assert.Throws<ArgumentException>(() => kernels.Embed(tokens, table.View, null, null, y.View));
        Assert.Contains($"from 0 to {TokenCount - 1}, found {token}", failure.Message, StringComparison.Ordinal);
    }

    private static int[] Indices(int count, int limit, string name)
    {
        var random = new RandomStream(3, RandomStream.StreamOf(name), count);
        int[] indices = GC.AllocateArray<int>(count, pinned: true);
        for (int index = 0; index < count; index++)
        {
            indices[index] = (int)random.NextBelow(limit);
        }

        return indices;
    }
}
