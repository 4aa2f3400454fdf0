"""GPT-2 (Radford et al. 2019) as a function of its parameters, named and laid out as Hugging Face stores them."""

import torch
from torch.nn import functional

from attending import attend
from drawing import Draw

# Shapes: B batch, T positions, V vocabulary, C width, H heads.

CONFIG: dict[str, object] = {
    "activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1,
    "bos_token_id": 66,
    "embd_pdrop": 0.1,
    "eos_token_id": 66,
    "initializer_range": 0.02,
    "layer_norm_epsilon": 1e-05,
    "model_type": "gpt2",
    "n_ctx": 32,
    "n_embd": 36,
    "n_head": 3,
    "n_layer": 2,
    "n_positions": 32,
    "resid_pdrop": 0.1,
    "summary_activation": None,
    "summary_first_dropout": 0.1,
    "summary_proj_to_labels": True,
    "summary_type": "cls_index",
    "summary_use_proj": True,
    "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}},
    "vocab_size": 67,
}

GENERATION_CONFIG: dict[str, object] = {
    "_from_model_config": True,
    "bos_token_id": 66,
    "eos_token_id": 66,
    "transformers_version": "4.26.0",
}

TOKEN_EMBEDDING = "wte.weight"

Parameters = dict[str, torch.Tensor]


def draw_parameters(config: dict, draw: Draw) -> Parameters:
    """Returns float32 parameters; matrices are [in, out], as in the original program."""
    width = config["n_embd"]
    parameters: Parameters = {
        "wte.weight": draw.uniform((config["vocab_size"], width), 0.2),
        "wpe.weight": draw.uniform((config["n_positions"], width), 0.15),
    }

    def add_norm(name: str) -> None:
        parameters[f"{name}.weight"] = draw.uniform((width,), 0.2, centre=1.0)
        parameters[f"{name}.bias"] = draw.uniform((width,), 0.1)

    def add_matrix(name: str, rows: int, columns: int, scale: float = 1.0) -> None:
        parameters[f"{name}.weight"] = draw.uniform((rows, columns), scale / rows**0.5)
        parameters[f"{name}.bias"] = draw.uniform((columns,), 0.1)

    for layer in range(config["n_layer"]):
        add_norm(f"h.{layer}.ln_1")
        # Scores of some size, so that the softmax is far from uniform.
        add_matrix(f"h.{layer}.attn.c_attn", width, 3 * width, scale=1.5)
        add_matrix(f"h.{layer}.attn.c_proj", width, width)
        add_norm(f"h.{layer}.ln_2")
        add_matrix(f"h.{layer}.mlp.c_fc", width, 4 * width)
        add_matrix(f"h.{layer}.mlp.c_proj", 4 * width, width)
    add_norm("ln_f")
    return parameters


def buffers(config: dict) -> dict[str, torch.Tensor]:
    """Returns what the published files hold beside the parameters: one causal mask a layer, to be ignored."""
    length = config["n_positions"]
    mask = torch.ones(length, length).tril().reshape(1, 1, length, length)
    return {f"h.{layer}.attn.bias": mask for layer in range(config["n_layer"])}


def forward(
    parameters: Parameters, config: dict, tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
) -> torch.Tensor:
    """Returns logits [B, T, V] of tokens [B, T], mask [T, T] (true: may be seen) and positions [T]."""
    width, epsilon = config["n_embd"], config["layer_norm_epsilon"]
    batch, length = tokens.shape

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        gain, bias = parameters[f"{name}.weight"], parameters[f"{name}.bias"]
        return functional.layer_norm(x, (width,), gain, bias, epsilon)

    def affine(x: torch.Tensor, name: str) -> torch.Tensor:
        return x @ parameters[f"{name}.weight"] + parameters[f"{name}.bias"]

    x = parameters["wte.weight"][tokens] + parameters["wpe.weight"][positions]
    for layer in range(config["n_layer"]):
        projected = affine(norm(x, f"h.{layer}.ln_1"), f"h.{layer}.attn.c_attn")
        heads = projected.view(batch, length, 3, config["n_head"], -1)
        attended = attend(heads[:, :, 0], heads[:, :, 1], heads[:, :, 2], mask)
        x = x + affine(attended, f"h.{layer}.attn.c_proj")
        hidden = affine(norm(x, f"h.{layer}.ln_2"), f"h.{layer}.mlp.c_fc")
        x = x + affine(functional.gelu(hidden, approximate="tanh"), f"h.{layer}.mlp.c_proj")
    return norm(x, "ln_f") @ parameters["wte.weight"].T
