using Polymath.Compute;
using Polymath.Formats.Safetensors;

namespace Polymath.Networks.Tests;

/// <summary>
/// Forward, loss and all gradients equal to what PyTorch computed for the same weights; the files and the script that
/// made them are described in <c>tools/reference/README.md</c>.
/// </summary>
public sealed unsafe class GoldenTests
{
    private const double Tolerance = 1e-4;

    // Rounding to bf16 is off by at most 2^-8 = 4e-3, typically a third of it, and roundings follow one another: some
    // thirty up to the logits, as activations are stored rounded too, twice as many behind the gradients of the first
    // layer, where sums cancel too.
    private const double BFloat16Tolerance = 2e-2, BFloat16GradientTolerance = 5e-2;

    [Theory]
    [InlineData("tiny-gpt2")]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen3")]
    public void LogitsLossAndGradientsEqualPyTorch(string model)
    {
        using var golden = new GoldenModel(model, AttentionMask.Causal);
        golden.FillBatch(golden.WholeRows());
        AssertClose(golden.Expected("logits"), golden.Fixture.Logits(), "logits");
        double loss = golden.Fixture.Loss(backward: true);
        Assert.Equal(golden.Expected("loss")[0], loss, 1e-4 * Math.Abs(loss));
        foreach (TensorMapping mapping in golden.Mappings)
        {
            AssertClose(golden.Expected("grad." + mapping.FileName), golden.Gradient(mapping), mapping.FileName);
        }
    }

    [Theory]
    [InlineData("tiny-gpt2")]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen3")]
    public void RoundedProductsComeCloseToPyTorch(string model)
    {
        using var golden = new GoldenModel(model, AttentionMask.Causal, ProductPrecision.BFloat16);
        golden.FillBatch(golden.WholeRows());
        AssertClose(golden.Expected("logits"), golden.Fixture.Logits(), "logits", BFloat16Tolerance);
        double loss = golden.Fixture.Loss(backward: true);
        Assert.Equal(golden.Expected("loss")[0], loss, BFloat16Tolerance * Math.Abs(loss));
        foreach (TensorMapping mapping in golden.Mappings)
        {
            AssertClose(
                golden.Expected("grad." + mapping.FileName), golden.Gradient(mapping), mapping.FileName,
                BFloat16GradientTolerance);
        }
    }

    [Theory]
    [InlineData("tiny-gpt2", AttentionMask.Bidirectional, "logits_bidirectional", 0)]
    [InlineData("tiny-gpt2", AttentionMask.Prefix, "logits_prefix5", 5)]
    public void MasksEqualPyTorch(string model, AttentionMask mask, string expected, int prefix)
    {
        using var golden = new GoldenModel(model, mask);
        golden.FillBatch(golden.WholeRows(), prefix);
        AssertClose(golden.Expected(expected), golden.Fixture.Logits(), expected);
    }

    [Theory]
    [InlineData("tiny-gpt2")]
    [InlineData("tiny-llama")]
    public void PackedDocumentsEqualPyTorch(string model)
    {
        using var golden = new GoldenModel(model, AttentionMask.Causal);
        golden.FillBatch([.. golden.WholeRows().SelectMany(_ => new[] { 9, 8 })]);
        AssertClose(golden.Expected("logits_packed_9_8"), golden.Fixture.Logits(), "packed logits");
    }

    [Theory]
    [InlineData("tiny-gpt2")]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen3")]
    public void CachedGenerationEqualsTheWholeForwardPass(string model)
    {
        using var golden = new GoldenModel(model, AttentionMask.Causal);
        int[] row = [.. golden.Tokens.Take(17)];
        golden.Fixture.Fill(row, row, [17]);
        float[] whole = golden.Fixture.Logits();
        int vocabulary = golden.Fixture.Tokens.VocabularySize;
        golden.Fixture.Generator.Append(row.AsSpan(0, 7));
        for (int position = 7; position < 17; position++)
        {
            float[] logits = golden.Fixture.Generator.Append([row[position]]).ToArray();
            AssertClose(whole.AsSpan(position * vocabulary, vocabulary).ToArray(), logits, $"position {position}");
        }
    }

    private static void AssertClose(
        float[] expected, float[] actual, string what, double tolerance = Tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0, size = 0;
        for (int index = 0; index < expected.Length; index++)
        {
            difference += Math.Pow(expected[index] - actual[index], 2);
            size += Math.Pow(expected[index], 2);
        }

        Assert.True(size > 0, $"{what}: the expectation is all zero");
        double relative = Math.Sqrt(difference / size);
        Assert.True(relative <= tolerance, $"{what}: relative error {relative:E2}, expected at most {tolerance:E0}");
    }

    /// <summary>A fixture whose weights and expectations were dumped by PyTorch.</summary>
    private sealed class GoldenModel : IDisposable
    {
        private readonly SafetensorsFile _expected;

        public GoldenModel(
            string model, AttentionMask mask, ProductPrecision precision = ProductPrecision.Float32)
        {
            string folder = Path.Combine(AppContext.BaseDirectory, "Golden", model);
            ModelConfiguration configuration = PretrainedModel.ReadConfiguration(folder);
            _expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
            Shape = [.. _expected.Tensors["tokens"].Shape.Select(size => (int)size)];
            Fixture = new NetworkFixture(
                configuration.Recipe, configuration.VocabularySize, Shape[0] * Shape[1], mask, precision: precision);
            PretrainedWeights.Read(folder, configuration.Architecture, Fixture.Tokens);
            Mappings = TensorMappings.For(
                configuration.Architecture, configuration.Recipe, configuration.VocabularySize);
        }

        public NetworkFixture Fixture { get; }

        public IReadOnlyList<TensorMapping> Mappings { get; }

        public int[] Shape { get; }

        public int[] Tokens => Integers("tokens");

        public int[] WholeRows() => [.. Enumerable.Repeat(Shape[1], Shape[0])];

        public void FillBatch(int[] lengths, int prefix = 0) =>
            Fixture.Fill(Integers("tokens"), Integers("targets"), lengths, prefix);

        public float[] Expected(string name)
        {
            var values = new float[_expected.Tensors[name].ElementCount];
            _expected.ReadFloat32(name, values);
            return values;
        }

        public float[] Gradient(TensorMapping mapping)
        {
            Parameter parameter = Fixture.Network.Parameters[mapping.Parameter];
            MatrixView rows = parameter.Gradients.RowRange(mapping.RowStart, mapping.RowCount);
            float[] values = NetworkFixture.Copy(rows);
            return mapping.Transposed
                ? [.. Enumerable.Range(0, values.Length).Select(
                    index => values[(index % rows.Rows * rows.Columns) + (index / rows.Rows)])]
                : values;
        }

        public void Dispose()
        {
            Fixture.Dispose();
            _expected.Dispose();
        }

        private int[] Integers(string name)
        {
            ReadOnlySpan<byte> bytes = _expected.Tensors[name].Bytes;
            var values = new int[bytes.Length / sizeof(long)];
            for (int index = 0; index < values.Length; index++)
            {
                values[index] = (int)BitConverter.ToInt64(bytes[(index * sizeof(long))..]);
            }

            return values;
        }
    }
}
