using Polymath.Compute;
using Polymath.Compute.Cpu;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>Our side: a network of random packed weights that takes prompts in and continues them.</summary>
internal sealed unsafe class RandomGenerator : IDisposable
{
    private readonly CpuKernels _kernels;
    private readonly MemoryPlan _plan = new();
    private readonly TokenNetwork _tokens;
    private readonly TokenGenerator _generator;

    /// <summary>Builds the network.</summary>
    /// <param name="model">Its shape.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="threads">The threads.</param>
    public RandomGenerator(InferenceModel model, RandomWeights weights, int threads)
    {
        _kernels = KernelChoice.Create(threads);
        _tokens = TokenNetwork.Build(
            _kernels, _plan, model.Recipe, model.VocabularySize, InferenceBenchmark.PromptLength, training: false,
            packing: weight => [.. weight.RowParts.Select(_ => weights.Format)]);
        _generator = new TokenGenerator(_plan, _tokens, InferenceBenchmark.PromptLength);
        _plan.Commit();
        _tokens.Network.Parameters.Initialize(seed: 0);
        foreach ((string name, PackedWeights packed) in _tokens.Network.PackedWeights)
        {
            Fill(name, packed, weights);
        }
    }

    /// <summary>The bytes of weights that a token is multiplied with: all but the embeddings, which are looked up.</summary>
    public long BytesPerToken => _tokens.Network.PackedWeights
        .Where(pair => pair.Key != "tokens.embedding")
        .Sum(pair => pair.Value.Bytes);

    /// <summary>Forgets the sequence and takes a prompt in.</summary>
    public void TakeIn(ReadOnlySpan<int> prompt)
    {
        _generator.Reset();
        _generator.Append(prompt);
    }

    /// <summary>Appends one token after the other.</summary>
    public void Continue(ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens)
        {
            _generator.Append([token]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plan.Dispose();
        _kernels.Dispose();
    }

    private void Fill(string name, PackedWeights packed, RandomWeights weights)
    {
        var blocks = new byte[weights.Format.RowBytes(packed.Columns)];
        for (int row = 0; row < packed.Rows; row++)
        {
            weights.FillRow(name, row, blocks);
            _kernels.PackRows(packed, row, blocks);
        }
    }
}
