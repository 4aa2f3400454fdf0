using Polymath.Compute;
using Polymath.Compute.Cpu;

namespace Polymath.Networks.Tests;

/// <summary>A small token network with its memory, batch and loss, for tests that look inside.</summary>
internal sealed unsafe class NetworkFixture : IDisposable
{
    private readonly MemoryPlan _plan = new();
    private readonly PlannedBuffer _losses;

    public NetworkFixture(
        TrunkRecipe recipe, int vocabularySize, int maxRows, AttentionMask mask = AttentionMask.Causal,
        int threadCount = 1, bool training = true, ProductPrecision precision = ProductPrecision.Float32,
        bool recomputes = false)
    {
        Kernels = CpuKernels.Create(InstructionSets.Chosen, threadCount);
        Tokens = TokenNetwork.Build(Kernels, _plan, recipe, vocabularySize, maxRows, training, precision, recomputes);
        Batch = new Batch(_plan, new BatchShape(maxRows, maxRows, mask));
        Generator = new TokenGenerator(_plan, Tokens, Math.Min(maxRows, 5));
        _losses = _plan.Reserve("losses", maxRows);
        _plan.Commit();
    }

    public Kernels Kernels { get; }

    public TokenNetwork Tokens { get; }

    public Network Network => Tokens.Network;

    public Batch Batch { get; }

    /// <summary>The memory that it all takes.</summary>
    public long PlannedBytes => _plan.TotalBytes;

    public TokenGenerator Generator { get; }

    /// <summary>Fills the batch: sequences of these lengths, one behind the other.</summary>
    public void Fill(
        ReadOnlySpan<int> tokens, ReadOnlySpan<int> targets, ReadOnlySpan<int> lengths, int prefix = 0)
    {
        Batch.Sequences.Clear();
        foreach (int length in lengths)
        {
            Batch.Sequences.Add(length, prefix);
        }

        tokens.CopyTo(Batch.Tokens);
        targets.CopyTo(Batch.Targets);
    }

    /// <summary>Random tokens and targets, a few of them ignored.</summary>
    public void FillRandom(ulong seed, ReadOnlySpan<int> lengths, int prefix = 0)
    {
        int rows = 0;
        foreach (int length in lengths)
        {
            rows += length;
        }

        var random = new RandomStream(seed, 1);
        var tokens = new int[rows];
        var targets = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            tokens[row] = (int)random.NextBelow(Tokens.VocabularySize);
            targets[row] = row % 5 == 3 ? -1 : (int)random.NextBelow(Tokens.VocabularySize);
        }

        Fill(tokens, targets, lengths, prefix);
    }

    /// <summary>Copies of the logits [rows, vocabulary].</summary>
    public float[] Logits() => Copy(Network.Forward(Batch));

    /// <summary>The mean loss; gradients are computed where asked for.</summary>
    public double Loss(bool backward = false)
    {
        MatrixView logits = Network.Forward(Batch);
        int counted = Batch.CountTargets();
        Kernels.CrossEntropy(logits, Batch.TargetData, backward ? 1f / counted : 0, _losses.Floats);
        double sum = 0;
        for (int row = 0; row < Batch.RowCount; row++)
        {
            sum += _losses.Floats[row];
        }

        if (backward)
        {
            Network.ForgetGradients();
            Network.Backward(Batch, logits);
        }

        return sum / counted;
    }

    /// <summary>Gives every parameter values away from its default, so that nothing hides behind a zero or a one.</summary>
    public void Randomize(ulong seed, float deviation = 0.3f)
    {
        foreach (Parameter parameter in Network.Parameters.Parameters)
        {
            var random = new RandomStream(seed, RandomStream.StreamOf(parameter.Specification.Name));
            float mean = parameter.Specification.InitialMean;
            for (long index = 0; index < parameter.Specification.Count; index++)
            {
                parameter.Data[index] = mean + (deviation * random.NextNormal());
            }
        }
    }

    public static float[] Copy(MatrixView matrix)
    {
        var values = new float[matrix.Rows * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int column = 0; column < matrix.Columns; column++)
            {
                values[(row * matrix.Columns) + column] = matrix.Type == DataType.BFloat16
                    ? (float)matrix.Row<BFloat16>(row)[column]
                    : matrix.Row(row)[column];
            }
        }

        return values;
    }

    public void Dispose()
    {
        Kernels.Dispose();
        _plan.Dispose();
    }
}
