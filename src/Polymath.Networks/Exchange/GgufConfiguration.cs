using Polymath.Compute;
using Polymath.Formats.Gguf;
using Polymath.Formats.Json;

namespace Polymath.Networks;

/// <summary>What the metadata of a GGUF file says of a token network.</summary>
internal static class GgufConfiguration
{
    private const string ArchitectureKey = "general.architecture";
    private const int MaxCount = 1 << 20;

    /// <summary>Reads a file's metadata.</summary>
    /// <exception cref="InvalidInputException">It is of an architecture or a kind that is not known, or damaged.</exception>
    public static ModelConfiguration Read(GgufFile file)
    {
        GgufValue kind = file[ArchitectureKey];
        Architecture architecture = kind.AsString() switch
        {
            "gpt2" => Architecture.Gpt2,
            "llama" => Architecture.Llama,
            "qwen3" => Architecture.Qwen3,
            string other => throw kind.Fault($"is {Quotation.Of(other)}, expected gpt2, llama or qwen3"),
        };
        var keys = new Keys(file, kind.AsString());
        RefuseUnsupported(file, keys);
        TrunkRecipe recipe = architecture == Architecture.Gpt2 ? ReadGpt2(keys) : ReadLlama(file, keys, architecture);
        recipe = recipe with { TiedHead = !file.Tensors.ContainsKey("output.weight") };
        var errors = new List<string>();
        recipe.Validate(file.Path, errors);
        if (errors.Count > 0)
        {
            throw new InvalidInputException(string.Join('\n', errors));
        }

        GgufTensor embeddings = file.Tensor("token_embd.weight");
        int vocabularySize = (int)Math.Min(embeddings.Shape[0], int.MaxValue);
        return new(
            architecture, recipe, vocabularySize,
            file.Find(GgufTokenizer.EndOfTextKey)?.AsInt32(0, vocabularySize - 1));
    }

    /// <summary>Adds a configuration to the metadata of a file.</summary>
    public static void Write(GgufMetadata metadata, ModelConfiguration configuration, string name, WeightFormat format)
    {
        TrunkRecipe recipe = configuration.Recipe;
        string prefix = configuration.Architecture switch
        {
            Architecture.Gpt2 => "gpt2",
            Architecture.Llama => "llama",
            _ => "qwen3",
        };
        metadata.Add(ArchitectureKey, prefix);
        metadata.Add("general.name", name);
        metadata.Add("general.file_type", FileType(format));
        metadata.Add($"{prefix}.vocab_size", (uint)configuration.VocabularySize);
        metadata.Add($"{prefix}.context_length", (uint)recipe.ContextLength);
        metadata.Add($"{prefix}.embedding_length", (uint)recipe.Width);
        metadata.Add($"{prefix}.block_count", (uint)recipe.LayerCount);
        metadata.Add($"{prefix}.feed_forward_length", (uint)recipe.ResolvedFeedForwardWidth);
        metadata.Add($"{prefix}.attention.head_count", (uint)recipe.HeadCount);
        metadata.Add($"{prefix}.attention.head_count_kv", (uint)recipe.ResolvedKeyValueHeadCount);
        if (configuration.Architecture == Architecture.Gpt2)
        {
            metadata.Add($"{prefix}.attention.layer_norm_epsilon", recipe.NormalizationEpsilon);
            return;
        }

        metadata.Add($"{prefix}.attention.layer_norm_rms_epsilon", recipe.NormalizationEpsilon);
        metadata.Add($"{prefix}.attention.key_length", (uint)recipe.ResolvedHeadWidth);
        metadata.Add($"{prefix}.attention.value_length", (uint)recipe.ResolvedHeadWidth);
        metadata.Add($"{prefix}.rope.dimension_count", (uint)recipe.ResolvedHeadWidth);
        metadata.Add($"{prefix}.rope.freq_base", recipe.RotaryBase);
    }

    private static TrunkRecipe ReadGpt2(Keys keys) => ReadShape(keys) with
    {
        Normalization = NormalizationKind.LayerNorm,
        NormalizationEpsilon = keys["attention.layer_norm_epsilon"].AsSingle(),
        Activation = ActivationKind.Gelu,
        Positions = PositionKind.Learned,
        Biases = true,
    };

    private static TrunkRecipe ReadLlama(GgufFile file, Keys keys, Architecture architecture)
    {
        TrunkRecipe shape = ReadShape(keys);
        int headWidth = keys.Find("attention.key_length")?.AsInt32(1, MaxCount) ?? (shape.Width / shape.HeadCount);
        foreach (string key in (ReadOnlySpan<string>)["attention.value_length", "rope.dimension_count"])
        {
            if (keys.Find(key) is GgufValue value && value.AsInt32() != headWidth)
            {
                throw value.Fault($"is {value.AsInt32()}, expected the width of a head, {headWidth}");
            }
        }

        return shape with
        {
            KeyValueHeadCount = keys.Find("attention.head_count_kv")?.AsInt32(1, MaxCount) ?? shape.HeadCount,
            HeadWidth = headWidth,
            NormalizationEpsilon = keys["attention.layer_norm_rms_epsilon"].AsSingle(),
            RotaryBase = keys.Find("rope.freq_base")?.AsSingle() ?? 10_000,
            Biases = architecture == Architecture.Llama && file.Tensors.ContainsKey("blk.0.attn_q.bias"),
            QueryKeyNorm = architecture == Architecture.Qwen3,
        };
    }

    // Each block has tensors of its own, so that a count beyond them needs no look at them.
    private static TrunkRecipe ReadShape(Keys keys) => new()
    {
        LayerCount = keys["block_count"].AsInt32(1, Math.Max(1, keys.TensorCount)),
        Width = keys["embedding_length"].AsInt32(1, MaxCount),
        HeadCount = keys["attention.head_count"].AsInt32(1, MaxCount),
        FeedForwardWidth = keys["feed_forward_length"].AsInt32(1, MaxCount),
        ContextLength = keys["context_length"].AsInt32(1, 1 << 24),
    };

    private static void RefuseUnsupported(GgufFile file, Keys keys)
    {
        if (keys.Find("expert_count") is GgufValue experts && experts.AsInt32() > 0)
        {
            throw experts.Fault($"is {experts.AsInt32()}: mixtures of experts are not supported");
        }

        if (keys.Find("rope.scaling.type") is GgufValue scaling && scaling.AsString() != "none")
        {
            throw scaling.Fault(
                $"is {Quotation.Of(scaling.AsString())}: scaled rotary positions are not supported, expected none");
        }

        if (file.Tensors.ContainsKey("rope_freqs.weight"))
        {
            throw new InvalidInputException(
                $"{file.Path}: holds a tensor \"rope_freqs.weight\": scaled rotary positions are not supported");
        }
    }

    // As llama.cpp numbers the format of most tensors.
    private static uint FileType(WeightFormat format) => format switch
    {
        WeightFormat.Float32 => 0,
        WeightFormat.Float16 => 1,
        WeightFormat.Q4_0 => 2,
        WeightFormat.Q8_0 => 7,
        WeightFormat.BFloat16 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "cannot be written"),
    };

    /// <summary>The keys of an architecture.</summary>
    private sealed class Keys(GgufFile file, string prefix)
    {
        public int TensorCount => file.Tensors.Count;

        public GgufValue this[string key] => file[$"{prefix}.{key}"];

        public GgufValue? Find(string key) => file.Find($"{prefix}.{key}");
    }
}
