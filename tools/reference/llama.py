"""Llama (Touvron et al. 2023) and Qwen3 (2025) as functions of their parameters, as Hugging Face stores them."""

import torch
from torch.nn import functional

from attending import attend
from drawing import Draw

# Shapes: B batch, T positions, V vocabulary, C width, H query heads, K key/value heads, D head width.

LLAMA_CONFIG: dict[str, object] = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": 48,
    "initializer_range": 0.02,
    "intermediate_size": 90,
    "max_position_embeddings": 64,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "transformers_version": "4.45.0",
    "use_cache": True,
    "vocab_size": 67,
}

LLAMA_GENERATION_CONFIG: dict[str, object] = {
    "_from_model_config": True,
    "bos_token_id": 1,
    "do_sample": True,
    "eos_token_id": 2,
    "max_length": 64,
    "temperature": 0.6,
    "top_p": 0.9,
    "transformers_version": "4.45.0",
}

QWEN3_CONFIG: dict[str, object] = {
    "architectures": ["Qwen3ForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 64,
    "eos_token_id": 66,
    "head_dim": 14,
    "hidden_act": "silu",
    "hidden_size": 40,
    "initializer_range": 0.02,
    "intermediate_size": 90,
    "max_position_embeddings": 64,
    "max_window_layers": 2,
    "model_type": "qwen3",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-06,
    "rope_scaling": None,
    "rope_theta": 1000000,
    "sliding_window": None,
    "tie_word_embeddings": True,
    "torch_dtype": "float32",
    "transformers_version": "4.51.0",
    "use_cache": True,
    "use_sliding_window": False,
    "vocab_size": 67,
}

QWEN3_GENERATION_CONFIG: dict[str, object] = {
    "bos_token_id": 64,
    "do_sample": True,
    "eos_token_id": [66, 64],
    "pad_token_id": 64,
    "temperature": 0.6,
    "top_k": 20,
    "top_p": 0.95,
    "transformers_version": "4.51.0",
}

TOKEN_EMBEDDING = "model.embed_tokens.weight"

Parameters = dict[str, torch.Tensor]


def head_width(config: dict) -> int:
    """Returns the width of a head, which some configurations leave to be the width divided by the heads."""
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def draw_parameters(config: dict, draw: Draw) -> Parameters:
    """Returns float32 parameters; matrices are [out, in]."""
    width, inner, per_head = config["hidden_size"], config["intermediate_size"], head_width(config)
    query_width = config["num_attention_heads"] * per_head
    key_width = config["num_key_value_heads"] * per_head
    parameters: Parameters = {TOKEN_EMBEDDING: draw.uniform((config["vocab_size"], width), 0.2)}

    def add_gain(name: str, size: int) -> None:
        parameters[f"{name}.weight"] = draw.uniform((size,), 0.2, centre=1.0)

    def add_matrix(name: str, rows: int, columns: int, scale: float = 1.0) -> None:
        parameters[f"{name}.weight"] = draw.uniform((rows, columns), scale / columns**0.5)

    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}"
        add_gain(f"{at}.input_layernorm", width)
        # Scores of some size, so that the softmax is far from uniform.
        add_matrix(f"{at}.self_attn.q_proj", query_width, width, scale=1.5)
        add_matrix(f"{at}.self_attn.k_proj", key_width, width, scale=1.5)
        add_matrix(f"{at}.self_attn.v_proj", key_width, width)
        add_matrix(f"{at}.self_attn.o_proj", width, query_width)
        if config["model_type"] == "qwen3":
            add_gain(f"{at}.self_attn.q_norm", per_head)
            add_gain(f"{at}.self_attn.k_norm", per_head)
        add_gain(f"{at}.post_attention_layernorm", width)
        add_matrix(f"{at}.mlp.gate_proj", inner, width)
        add_matrix(f"{at}.mlp.up_proj", inner, width)
        add_matrix(f"{at}.mlp.down_proj", width, inner)
    add_gain("model.norm", width)
    if not config["tie_word_embeddings"]:
        add_matrix("lm_head", config["vocab_size"], width)
    return parameters


def rotate(x: torch.Tensor, positions: torch.Tensor, theta: float) -> torch.Tensor:
    """
    Returns x [B, T, heads, D] turned by its positions [T] (Su et al. 2021).

    Element i of the first half and element i of the second half are a pair, turned by position * theta^(-2i / D).
    """
    half = x.shape[-1] // 2
    frequencies = theta ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = (positions.to(torch.float64)[:, None] * frequencies).to(x.dtype)
    cosine, sine = angles.cos()[:, None, :], angles.sin()[:, None, :]
    first, second = x[..., :half], x[..., half:]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], dim=-1)


def forward(
    parameters: Parameters, config: dict, tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
) -> torch.Tensor:
    """Returns logits [B, T, V] of tokens [B, T], mask [T, T] (true: may be seen) and positions [T]."""
    theta, per_head = config["rope_theta"], head_width(config)
    batch, length = tokens.shape

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        mean_square = x.square().mean(dim=-1, keepdim=True)
        return x * torch.rsqrt(mean_square + config["rms_norm_eps"]) * parameters[f"{name}.weight"]

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return x @ parameters[f"{name}.weight"].T

    def heads(x: torch.Tensor, name: str) -> torch.Tensor:
        return linear(x, name).view(batch, length, -1, per_head)

    x = parameters[TOKEN_EMBEDDING][tokens]
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}"
        normed = norm(x, f"{at}.input_layernorm")
        query = heads(normed, f"{at}.self_attn.q_proj")
        key = heads(normed, f"{at}.self_attn.k_proj")
        value = heads(normed, f"{at}.self_attn.v_proj")
        if config["model_type"] == "qwen3":
            query = norm(query, f"{at}.self_attn.q_norm")
            key = norm(key, f"{at}.self_attn.k_norm")
        query, key = rotate(query, positions, theta), rotate(key, positions, theta)
        x = x + linear(attend(query, key, value, mask), f"{at}.self_attn.o_proj")
        normed = norm(x, f"{at}.post_attention_layernorm")
        gate = functional.silu(linear(normed, f"{at}.mlp.gate_proj"))
        x = x + linear(gate * linear(normed, f"{at}.mlp.up_proj"), f"{at}.mlp.down_proj")

    normed = norm(x, "model.norm")
    return normed @ parameters[TOKEN_EMBEDDING if config["tie_word_embeddings"] else "lm_head.weight"].T
