using Polymath.Compute;
using Polymath.Formats.Gguf;
using Polymath.Networks;

namespace Polymath.Cli.Benchmarks.Inference;

/// <summary>A GGUF file of a model with random weights, for programs that read nothing else.</summary>
internal static class InferenceModelFile
{
    /// <summary>Writes the file.</summary>
    public static void Write(string path, InferenceModel model, RandomWeights weights)
    {
        TrunkRecipe recipe = model.Recipe;
        var metadata = new GgufMetadata();
        metadata.Add("general.architecture", "llama");
        metadata.Add("llama.block_count", (uint)recipe.LayerCount);
        metadata.Add("llama.context_length", (uint)recipe.ContextLength);
        metadata.Add("llama.embedding_length", (uint)recipe.Width);
        metadata.Add("llama.feed_forward_length", (uint)recipe.ResolvedFeedForwardWidth);
        metadata.Add("llama.attention.head_count", (uint)recipe.HeadCount);
        metadata.Add("llama.attention.head_count_kv", (uint)recipe.ResolvedKeyValueHeadCount);
        metadata.Add("llama.attention.layer_norm_rms_epsilon", recipe.NormalizationEpsilon);
        metadata.Add("llama.rope.dimension_count", (uint)recipe.ResolvedHeadWidth);
        metadata.Add("llama.rope.freq_base", recipe.RotaryBase);
        AddVocabulary(metadata, model.VocabularySize);
        GgufWriter.Write(path, metadata, [.. Entries(model, weights)]);
    }

    // The least that is taken for a vocabulary: three tokens of the format's own, all bytes, then made-up words.
    private static void AddVocabulary(GgufMetadata metadata, int size)
    {
        const int NormalToken = 1, UnknownToken = 2, ControlToken = 3, ByteToken = 6, FirstByte = 3;
        string[] tokens = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")];
        int[] types = [UnknownToken, ControlToken, ControlToken, .. Enumerable.Repeat(ByteToken, tokens.Length - FirstByte)];
        int words = size - tokens.Length;
        metadata.Add("tokenizer.ggml.model", "llama");
        metadata.Add("tokenizer.ggml.tokens", [.. tokens, .. Enumerable.Range(0, words).Select(word => $"w{word}")]);
        metadata.Add("tokenizer.ggml.scores", new float[size]);
        metadata.Add("tokenizer.ggml.token_type", [.. types, .. Enumerable.Repeat(NormalToken, words)]);
        metadata.Add("tokenizer.ggml.bos_token_id", 1u);
        metadata.Add("tokenizer.ggml.eos_token_id", 2u);
    }

    private static IEnumerable<GgufEntry> Entries(InferenceModel model, RandomWeights weights)
    {
        TrunkRecipe recipe = model.Recipe;
        int width = recipe.Width, hidden = recipe.ResolvedFeedForwardWidth;
        int queries = recipe.HeadCount * recipe.ResolvedHeadWidth;
        int keys = recipe.ResolvedKeyValueHeadCount * recipe.ResolvedHeadWidth;
        yield return Matrix("token_embd", "tokens.embedding", 0, model.VocabularySize, width);
        yield return Matrix("output", "tokens.head", 0, model.VocabularySize, width);
        yield return Gain("output_norm", width);
        for (int layer = 0; layer < recipe.LayerCount; layer++)
        {
            string block = $"blk.{layer}.", attention = $"blocks.{layer}.attention.", feedForward = $"blocks.{layer}.feedForward.";
            yield return Gain(block + "attn_norm", width);
            yield return Matrix(block + "attn_q", attention + "input.weight", 0, queries, width);
            yield return Matrix(block + "attn_k", attention + "input.weight", queries, keys, width);
            yield return Matrix(block + "attn_v", attention + "input.weight", queries + keys, keys, width);
            yield return Matrix(block + "attn_output", attention + "output.weight", 0, width, queries);
            yield return Gain(block + "ffn_norm", width);
            yield return Matrix(block + "ffn_gate", feedForward + "input.weight", 0, hidden, width);
            yield return Matrix(block + "ffn_up", feedForward + "input.weight", hidden, hidden, width);
            yield return Matrix(block + "ffn_down", feedForward + "output.weight", 0, width, hidden);
        }

        GgufEntry Matrix(string name, string source, int firstRow, int rows, int columns) => new(
            name + ".weight", weights.Format, [rows, columns], stream =>
            {
                var blocks = new byte[weights.Format.RowBytes(columns)];
                for (int row = firstRow; row < firstRow + rows; row++)
                {
                    weights.FillRow(source, row, blocks);
                    stream.Write(blocks);
                }
            });
    }

    private static GgufEntry Gain(string name, int width) => new(
        name + ".weight", WeightFormat.Float32, [width], stream =>
        {
            var ones = new float[width];
            Array.Fill(ones, 1);
            stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ones.AsSpan()));
        });
}
