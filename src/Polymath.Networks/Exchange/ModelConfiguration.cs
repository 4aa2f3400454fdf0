using System.Text.Json;
using Polymath.Compute;
using Polymath.Formats.Files;
using Polymath.Formats.Json;

namespace Polymath.Networks;

/// <summary>What a Hugging Face <c>config.json</c> says of a token network.</summary>
/// <param name="Architecture">Which architecture.</param>
/// <param name="Recipe">The trunk.</param>
/// <param name="VocabularySize">The vocabulary's size.</param>
/// <param name="EndOfTextToken">The token that ends a text, or null.</param>
public sealed record ModelConfiguration(
    Architecture Architecture, TrunkRecipe Recipe, int VocabularySize, int? EndOfTextToken)
{
    // Real files are below 10 kB; a megabyte leaves room for any list of labels.
    private const int MaxBytes = 1 << 20;

    // The largest vocabulary in use is about 262 000.
    private const int MaxVocabularySize = 1 << 24;

    /// <summary>Reads a file; keys that do not matter to the network are passed over, and no code they name is run.</summary>
    /// <exception cref="InvalidInputException">It is missing, broken, or of an architecture that is not known.</exception>
    public static ModelConfiguration Read(string path)
    {
        StrictJsonValue root = StrictJson.ReadFile(path, MaxBytes);
        StrictJsonValue type = root["model_type"];
        ModelConfiguration configuration = type.AsString() switch
        {
            "gpt2" => ReadGpt2(root),
            "llama" => ReadLlama(root, Architecture.Llama),
            "qwen3" => ReadLlama(root, Architecture.Qwen3),
            string other => throw type.Fault($"is \"{other}\", expected gpt2, llama or qwen3"),
        };
        var errors = new List<string>();
        configuration.Recipe.Validate(path, errors);
        return errors.Count == 0 ? configuration : throw new InvalidInputException(string.Join('\n', errors));
    }

    /// <summary>Writes the file as the Hugging Face library expects it.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        if (Architecture == Architecture.Gpt2)
        {
            WriteGpt2(json);
        }
        else
        {
            WriteLlama(json);
        }

        json.WriteNumber("vocab_size", VocabularySize);
        json.WriteBoolean("tie_word_embeddings", Recipe.TiedHead);
        json.WriteString("torch_dtype", "float32");
        if (EndOfTextToken is int token)
        {
            json.WriteNumber("bos_token_id", token);
            json.WriteNumber("eos_token_id", token);
        }

        json.WriteEndObject();
    });

    private static ModelConfiguration ReadGpt2(StrictJsonValue root)
    {
        Expect(root, "activation_function", "gelu_new", "gelu_pytorch_tanh");
        int width = Count(root, "n_embd");
        int? inner = root.TryGet("n_inner", out StrictJsonValue value) && !value.IsNull ? value.AsInt32(1) : null;
        var recipe = new TrunkRecipe
        {
            LayerCount = Count(root, "n_layer"),
            Width = width,
            HeadCount = Count(root, "n_head"),
            FeedForwardWidth = inner ?? (4 * width),
            ContextLength = Count(root, "n_positions"),
            Normalization = NormalizationKind.LayerNorm,
            NormalizationEpsilon = (float)root["layer_norm_epsilon"].AsDouble(),
            Activation = ActivationKind.Gelu,
            Positions = PositionKind.Learned,
            Biases = true,
            TiedHead = Flag(root, "tie_word_embeddings", true),
        };
        return new(Architecture.Gpt2, recipe, Vocabulary(root), EndOfText(root));
    }

    private static ModelConfiguration ReadLlama(StrictJsonValue root, Architecture architecture)
    {
        Expect(root, "hidden_act", "silu");
        RefuseScaledPositions(root, "rope_scaling");
        bool attentionBias = Flag(root, "attention_bias", false);
        bool feedForwardBias = architecture == Architecture.Llama && Flag(root, "mlp_bias", false);
        if (attentionBias != feedForwardBias)
        {
            throw root["attention_bias"].Fault("differs from mlp_bias; expected biases in all layers or in none");
        }

        int heads = Count(root, "num_attention_heads"), width = Count(root, "hidden_size");
        var recipe = new TrunkRecipe
        {
            LayerCount = Count(root, "num_hidden_layers"),
            Width = width,
            HeadCount = heads,
            KeyValueHeadCount = OptionalCount(root, "num_key_value_heads") ?? heads,
            HeadWidth = OptionalCount(root, "head_dim") ?? (width / heads),
            FeedForwardWidth = Count(root, "intermediate_size"),
            ContextLength = Count(root, "max_position_embeddings"),
            NormalizationEpsilon = (float)root["rms_norm_eps"].AsDouble(),
            RotaryBase = RotaryBase(root),
            Biases = attentionBias,
            QueryKeyNorm = architecture == Architecture.Qwen3,
            TiedHead = Flag(root, "tie_word_embeddings", false),
        };
        return new(architecture, recipe, Vocabulary(root), EndOfText(root));
    }

    private void WriteGpt2(Utf8JsonWriter json)
    {
        WriteArchitecture(json, "GPT2LMHeadModel", "gpt2");
        json.WriteString("activation_function", "gelu_new");
        json.WriteNumber("n_layer", Recipe.LayerCount);
        json.WriteNumber("n_embd", Recipe.Width);
        json.WriteNumber("n_head", Recipe.HeadCount);
        json.WriteNumber("n_inner", Recipe.ResolvedFeedForwardWidth);
        json.WriteNumber("n_positions", Recipe.ContextLength);
        json.WriteNumber("n_ctx", Recipe.ContextLength);
        json.WriteNumber("layer_norm_epsilon", Recipe.NormalizationEpsilon);
        json.WriteNumber("attn_pdrop", 0);
        json.WriteNumber("embd_pdrop", 0);
        json.WriteNumber("resid_pdrop", 0);
    }

    private void WriteLlama(Utf8JsonWriter json)
    {
        bool qwen = Architecture == Architecture.Qwen3;
        WriteArchitecture(json, qwen ? "Qwen3ForCausalLM" : "LlamaForCausalLM", qwen ? "qwen3" : "llama");
        json.WriteString("hidden_act", "silu");
        json.WriteNumber("num_hidden_layers", Recipe.LayerCount);
        json.WriteNumber("hidden_size", Recipe.Width);
        json.WriteNumber("num_attention_heads", Recipe.HeadCount);
        json.WriteNumber("num_key_value_heads", Recipe.ResolvedKeyValueHeadCount);
        json.WriteNumber("head_dim", Recipe.ResolvedHeadWidth);
        json.WriteNumber("intermediate_size", Recipe.ResolvedFeedForwardWidth);
        json.WriteNumber("max_position_embeddings", Recipe.ContextLength);
        json.WriteNumber("rms_norm_eps", Recipe.NormalizationEpsilon);
        json.WriteNumber("rope_theta", Recipe.RotaryBase);
        json.WriteNull("rope_scaling");
        json.WriteBoolean("attention_bias", Recipe.Biases);
        if (!qwen)
        {
            json.WriteBoolean("mlp_bias", Recipe.Biases);
        }
    }

    private static void WriteArchitecture(Utf8JsonWriter json, string className, string modelType)
    {
        json.WriteStartArray("architectures");
        json.WriteStringValue(className);
        json.WriteEndArray();
        json.WriteString("model_type", modelType);
    }

    private static float RotaryBase(StrictJsonValue root)
    {
        // Newer files keep the base among the parameters of the position scheme.
        if (root.TryGet("rope_parameters", out StrictJsonValue parameters) && !parameters.IsNull)
        {
            RefuseScaledPositions(root, "rope_parameters");
            return (float)parameters["rope_theta"].AsDouble();
        }

        return root.TryGet("rope_theta", out StrictJsonValue theta) ? (float)theta.AsDouble() : 10_000;
    }

    private static void RefuseScaledPositions(StrictJsonValue root, string key)
    {
        if (!root.TryGet(key, out StrictJsonValue scaling) || scaling.IsNull)
        {
            return;
        }

        bool named = scaling.TryGet("rope_type", out StrictJsonValue type) || scaling.TryGet("type", out type);
        if (!named || type.AsString() != "default")
        {
            throw scaling.Fault("scales rotary positions, which is not supported; expected null or type default");
        }
    }

    private static void Expect(StrictJsonValue root, string key, params ReadOnlySpan<string> supported)
    {
        StrictJsonValue value = root[key];
        string found = value.AsString();
        if (!supported.Contains(found))
        {
            throw value.Fault($"is \"{found}\", expected {string.Join(" or ", supported!)}");
        }
    }

    private static int Count(StrictJsonValue root, string key) => root[key].AsInt32(1, 1 << 20);

    private static int? OptionalCount(StrictJsonValue root, string key) =>
        root.TryGet(key, out StrictJsonValue value) && !value.IsNull ? value.AsInt32(1, 1 << 20) : null;

    private static int Vocabulary(StrictJsonValue root) => root["vocab_size"].AsInt32(1, MaxVocabularySize);

    private static bool Flag(StrictJsonValue root, string key, bool otherwise) =>
        root.TryGet(key, out StrictJsonValue value) && !value.IsNull ? value.AsBoolean() : otherwise;

    private static int? EndOfText(StrictJsonValue root)
    {
        if (!root.TryGet("eos_token_id", out StrictJsonValue value) || value.IsNull)
        {
            return null;
        }

        // Llama 3 lists several; the first ends a text, the others a turn.
        StrictJsonValue first = value.Kind == JsonValueKind.Array ? value.Items().First() : value;
        return first.AsInt32(0, MaxVocabularySize);
    }
}
