namespace Polymath.Networks;

/// <summary>Where a tensor of a GGUF file lies in a parameter.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Parameter">The parameter's name.</param>
/// <param name="RowStart">The first row of the parameter that it holds.</param>
/// <param name="RowCount">How many rows it holds; a vector's length.</param>
/// <param name="Columns">The columns; 0 of a vector.</param>
/// <param name="InterleavedHeadWidth">
/// The rows of a head whose halves the file holds in turns, as llama.cpp turns Llama's queries and keys by position; 0
/// where rows are in the parameter's order.
/// </param>
internal sealed record GgufMapping(
    string Name, string Parameter, int RowStart, int RowCount, int Columns, int InterleavedHeadWidth)
{
    // The names that llama.cpp gives to those of Hugging Face, of the whole network and of a block.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["wte"] = "token_embd", ["wpe"] = "position_embd", ["ln_f"] = "output_norm",
        ["model.embed_tokens"] = "token_embd", ["model.norm"] = "output_norm", ["lm_head"] = "output",
    };

    private static readonly Dictionary<string, string> BlockNames = new(StringComparer.Ordinal)
    {
        ["ln_1"] = "attn_norm", ["attn.c_attn"] = "attn_qkv", ["attn.c_proj"] = "attn_output", ["ln_2"] = "ffn_norm",
        ["mlp.c_fc"] = "ffn_up", ["mlp.c_proj"] = "ffn_down",
        ["input_layernorm"] = "attn_norm", ["self_attn.q_proj"] = Query, ["self_attn.k_proj"] = Key,
        ["self_attn.v_proj"] = "attn_v", ["self_attn.o_proj"] = "attn_output", ["self_attn.q_norm"] = "attn_q_norm",
        ["self_attn.k_norm"] = "attn_k_norm", ["post_attention_layernorm"] = "ffn_norm", ["mlp.gate_proj"] = "ffn_gate",
        ["mlp.up_proj"] = "ffn_up", ["mlp.down_proj"] = "ffn_down",
    };

    private const string Query = "attn_q", Key = "attn_k";

    /// <summary>Whether it is a gain, shift or bias.</summary>
    public bool IsVector => Columns == 0;

    /// <summary>The dimensions in the file, slowest first.</summary>
    public long[] Shape => IsVector ? [RowCount] : [RowCount, Columns];

    /// <summary>All tensors of an architecture, in the order of the network.</summary>
    public static List<GgufMapping> For(Architecture architecture, TrunkRecipe recipe, int vocabularySize) =>
        [.. TensorMappings.For(architecture, recipe, vocabularySize)
            .Select(mapping => Of(mapping, architecture, recipe))];

    /// <summary>The row of the tensor that is a row of the parameter, both counted from the tensor's first.</summary>
    public int FileRow(int row)
    {
        if (InterleavedHeadWidth == 0)
        {
            return row;
        }

        int half = InterleavedHeadWidth / 2, column = row % InterleavedHeadWidth;
        return row - column + (2 * (column % half)) + (column / half);
    }

    /// <summary>The inverse of <see cref="FileRow"/>.</summary>
    public int ParameterRow(int fileRow)
    {
        if (InterleavedHeadWidth == 0)
        {
            return fileRow;
        }

        int half = InterleavedHeadWidth / 2, column = fileRow % InterleavedHeadWidth;
        return fileRow - column + (column % 2 * half) + (column / 2);
    }

    private static GgufMapping Of(TensorMapping mapping, Architecture architecture, TrunkRecipe recipe)
    {
        int dot = mapping.FileName.LastIndexOf('.');
        string stem = mapping.FileName[..dot], suffix = mapping.FileName[dot..];
        string name = Names.TryGetValue(stem, out string? whole) ? whole : NameInBlock(stem);
        bool isInterleaved = architecture == Architecture.Llama
            && (name.EndsWith("." + Query, StringComparison.Ordinal) || name.EndsWith("." + Key, StringComparison.Ordinal));
        return new(
            name + suffix, mapping.Parameter, mapping.RowStart, mapping.RowCount, ColumnsOf(mapping.Parameter, recipe),
            isInterleaved ? recipe.ResolvedHeadWidth : 0);
    }

    // model.layers.7.mlp.up_proj or h.7.mlp.c_fc: what follows the number is the part.
    private static string NameInBlock(string stem)
    {
        string numbered = stem.StartsWith("h.", StringComparison.Ordinal) ? stem["h.".Length..] : stem["model.layers.".Length..];
        int dot = numbered.IndexOf('.', StringComparison.Ordinal);
        return $"blk.{numbered[..dot]}.{BlockNames[numbered[(dot + 1)..]]}";
    }

    private static int ColumnsOf(string parameter, TrunkRecipe recipe)
    {
        if (parameter.EndsWith("attention.output.weight", StringComparison.Ordinal))
        {
            return recipe.HeadCount * recipe.ResolvedHeadWidth;
        }

        if (parameter.EndsWith("feedForward.output.weight", StringComparison.Ordinal))
        {
            return recipe.ResolvedFeedForwardWidth;
        }

        bool isVector = parameter.EndsWith(".gain", StringComparison.Ordinal)
            || parameter.EndsWith(".shift", StringComparison.Ordinal)
            || parameter.EndsWith(".bias", StringComparison.Ordinal);
        return isVector ? 0 : recipe.Width;
    }
}
