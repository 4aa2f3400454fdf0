namespace Polymath.Networks;

/// <summary>Where a tensor of a Hugging Face file lies in a parameter.</summary>
/// <param name="FileName">Its name in the file.</param>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="RowStart">The first row of the parameter that it holds.</param>
/// <param name="RowCount">How many rows it holds.</param>
/// <param name="Transposed">Whether the file holds it as [columns, rows], as GPT-2's Conv1D does.</param>
public sealed record TensorMapping(string FileName, string Parameter, int RowStart, int RowCount, bool Transposed);

/// <summary>The names of an architecture's tensors, one place for import and export.</summary>
public static class TensorMappings
{
    /// <summary>All tensors of an architecture, in the order of the network.</summary>
    /// <param name="architecture">Whose names.</param>
    /// <param name="recipe">Whose shapes.</param>
    /// <param name="vocabularySize">Rows of the embedding table.</param>
    public static IReadOnlyList<TensorMapping> For(Architecture architecture, TrunkRecipe recipe, int vocabularySize)
    {
        var mappings = new List<TensorMapping>();
        if (architecture == Architecture.Gpt2)
        {
            AddGpt2(mappings, recipe, vocabularySize);
        }
        else
        {
            AddLlama(mappings, recipe, vocabularySize);
        }

        if (!recipe.TiedHead)
        {
            mappings.Add(new("lm_head.weight", "tokens.head", 0, vocabularySize, false));
        }

        return mappings;
    }

    private static void AddGpt2(List<TensorMapping> mappings, TrunkRecipe recipe, int vocabularySize)
    {
        int width = recipe.Width, hidden = recipe.ResolvedFeedForwardWidth;
        mappings.Add(new("wte.weight", "tokens.embedding", 0, vocabularySize, false));
        mappings.Add(new("wpe.weight", "positions.embedding", 0, recipe.ContextLength, false));
        for (int layer = 0; layer < recipe.LayerCount; layer++)
        {
            string file = $"h.{layer}.", block = $"blocks.{layer}.";
            Norm(file + "ln_1", block + "attention.norm");
            Conv(file + "attn.c_attn", block + "attention.input", 3 * width);
            Conv(file + "attn.c_proj", block + "attention.output", width);
            Norm(file + "ln_2", block + "feedForward.norm");
            Conv(file + "mlp.c_fc", block + "feedForward.input", hidden);
            Conv(file + "mlp.c_proj", block + "feedForward.output", width);
        }

        Norm("ln_f", "norm");

        void Norm(string file, string parameter)
        {
            mappings.Add(new(file + ".weight", parameter + ".gain", 0, width, false));
            mappings.Add(new(file + ".bias", parameter + ".shift", 0, width, false));
        }

        void Conv(string file, string parameter, int rows)
        {
            mappings.Add(new(file + ".weight", parameter + ".weight", 0, rows, true));
            mappings.Add(new(file + ".bias", parameter + ".bias", 0, rows, false));
        }
    }

    private static void AddLlama(List<TensorMapping> mappings, TrunkRecipe recipe, int vocabularySize)
    {
        int headWidth = recipe.ResolvedHeadWidth, hidden = recipe.ResolvedFeedForwardWidth;
        int query = recipe.HeadCount * headWidth, key = recipe.ResolvedKeyValueHeadCount * headWidth;
        mappings.Add(new("model.embed_tokens.weight", "tokens.embedding", 0, vocabularySize, false));
        for (int layer = 0; layer < recipe.LayerCount; layer++)
        {
            string file = $"model.layers.{layer}.", block = $"blocks.{layer}.";
            mappings.Add(new(file + "input_layernorm.weight", block + "attention.norm.gain", 0, recipe.Width, false));
            Joined(
                block + "attention.input", (file + "self_attn.q_proj", query), (file + "self_attn.k_proj", key),
                (file + "self_attn.v_proj", key));
            if (recipe.QueryKeyNorm)
            {
                mappings.Add(new(file + "self_attn.q_norm.weight", block + "attention.queryNorm.gain", 0, headWidth, false));
                mappings.Add(new(file + "self_attn.k_norm.weight", block + "attention.keyNorm.gain", 0, headWidth, false));
            }

            Joined(block + "attention.output", (file + "self_attn.o_proj", recipe.Width));
            mappings.Add(new(file + "post_attention_layernorm.weight", block + "feedForward.norm.gain", 0, recipe.Width, false));
            Joined(block + "feedForward.input", (file + "mlp.gate_proj", hidden), (file + "mlp.up_proj", hidden));
            Joined(block + "feedForward.output", (file + "mlp.down_proj", recipe.Width));
        }

        mappings.Add(new("model.norm.weight", "norm.gain", 0, recipe.Width, false));

        void Joined(string parameter, params ReadOnlySpan<(string File, int Rows)> parts)
        {
            int start = 0;
            foreach ((string file, int rows) in parts)
            {
                mappings.Add(new(file + ".weight", parameter + ".weight", start, rows, false));
                if (recipe.Biases)
                {
                    mappings.Add(new(file + ".bias", parameter + ".bias", start, rows, false));
                }

                start += rows;
            }
        }
    }
}
