"""
Writes the golden files that the tests compare against: tiny networks and optimiser sequences, computed by PyTorch.

Everything is computed in float64 from float32 inputs and rounded once to float32, so that the files are the
mathematical answer rather than one machine's. `--check` compares with the files there instead of writing.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import torch
from torch.nn import functional

import attending
import gpt2
import llama
from drawing import Draw
from optimizers import SETTINGS, optimizer_tensors
from safetensors_file import read_safetensors, write_safetensors

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = Path("tests/Polymath.Networks.Tests/Golden")
OPTIMIZERS = Path("tests/Polymath.Learning.Tests/Golden/optimizers.safetensors")

BATCH, LENGTH = 2, 17
PREFIX_LENGTH = 5
PACKED_LENGTHS = [9, 8]
IGNORED = -100

# Beyond this the float32 result of PyTorch itself would not pass for the float64 one.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Model:
    """A tiny network to write: the module that computes it, its configuration and where its random numbers begin."""

    name: str
    module: ModuleType
    config: dict[str, object]
    generation_config: dict[str, object]
    seed: int


MODELS = [
    Model("tiny-gpt2", gpt2, gpt2.CONFIG, gpt2.GENERATION_CONFIG, seed=1),
    Model("tiny-llama", llama, llama.LLAMA_CONFIG, llama.LLAMA_GENERATION_CONFIG, seed=2),
    Model("tiny-qwen3", llama, llama.QWEN3_CONFIG, llama.QWEN3_GENERATION_CONFIG, seed=3),
]

Tensors = dict[str, torch.Tensor]


def draw_examples(vocabulary_size: int, draw: Draw) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns tokens [B, T] and targets [B, T], the next token, some of them to be ignored."""
    text = draw.integers((BATCH, LENGTH + 1), vocabulary_size)
    tokens, targets = text[:, :-1], text[:, 1:].clone()
    targets[0, :3] = IGNORED
    targets[1, 7] = IGNORED
    targets[1, LENGTH - 1] = IGNORED
    return tokens, targets


def expected_tensors(
    model: Model, parameters: Tensors, tokens: torch.Tensor, targets: torch.Tensor, precision: torch.dtype
) -> Tensors:
    """
    Returns what the tests expect, computed in `precision`, in float32.

    `logits` [B, T, V], `loss` [1] and `grad.NAME` of every parameter for the causal mask; for each other mask M also
    `logits_M`, `loss_M`, and `grad_M.NAME` of the token embedding, which the gradient reaches last.
    """
    plain = torch.arange(LENGTH)
    packed_mask, packed_positions = attending.packed(PACKED_LENGTHS)
    variants = {
        "": (attending.causal(LENGTH), plain),
        "_bidirectional": (attending.bidirectional(LENGTH), plain),
        f"_prefix{PREFIX_LENGTH}": (attending.prefix(LENGTH, PREFIX_LENGTH), plain),
        "_packed_" + "_".join(map(str, PACKED_LENGTHS)): (packed_mask, packed_positions),
    }
    expected: Tensors = {}
    for suffix, (mask, positions) in variants.items():
        leaves = {name: tensor.to(precision, copy=True).requires_grad_() for name, tensor in parameters.items()}
        logits = model.module.forward(leaves, model.config, tokens, mask, positions)
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        loss.backward()
        expected[f"logits{suffix}"] = logits
        expected[f"loss{suffix}"] = loss.reshape(1)
        for name, leaf in leaves.items():
            if suffix == "" or name == model.module.TOKEN_EMBEDDING:
                expected[f"grad{suffix}.{name}"] = leaf.grad
    return {name: tensor.detach().to(torch.float32) for name, tensor in expected.items()}


def require_close(truth: Tensors, single: Tensors, what: str) -> None:
    """Exits when float32 arithmetic in PyTorch strays from the float64 truth: such a case would test nothing."""
    for name, tensor in truth.items():
        error = ((single[name] - tensor).norm() / tensor.norm().clamp_min(1e-30)).item()
        if error > TOLERANCE:
            sys.exit(f"{what}: {name} in float32 is {error:.1e} from float64, more than {TOLERANCE:.0e}")


def require_packing(model: Model, parameters: Tensors, tokens: torch.Tensor, expected: Tensors) -> None:
    """Exits when the packed logits differ from those of each document alone."""
    exact = {name: tensor.to(torch.float64) for name, tensor in parameters.items()}
    alone = []
    for document in tokens.split(PACKED_LENGTHS, dim=1):
        length = document.shape[1]
        mask, positions = attending.causal(length), torch.arange(length)
        alone.append(model.module.forward(exact, model.config, document, mask, positions))
    packed = expected["logits_packed_" + "_".join(map(str, PACKED_LENGTHS))]
    if not torch.allclose(torch.cat(alone, dim=1).to(torch.float32), packed, rtol=1e-5, atol=1e-6):
        sys.exit(f"{model.name}: packed documents see each other")


def write_json(path: Path, value: dict[str, object]) -> None:
    """Writes indented JSON as Hugging Face does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def write_model(folder: Path, model: Model) -> None:
    """Writes the model's files and the expected results into `folder`."""
    draw = Draw(model.seed)
    parameters = model.module.draw_parameters(model.config, draw)
    tokens, targets = draw_examples(model.config["vocab_size"], draw)
    expected = expected_tensors(model, parameters, tokens, targets, torch.float64)
    require_close(expected, expected_tensors(model, parameters, tokens, targets, torch.float32), model.name)
    require_packing(model, parameters, tokens, expected)

    stored = dict(parameters)
    if model.module is gpt2:
        stored |= gpt2.buffers(model.config)
    write_json(folder / "config.json", model.config)
    write_json(folder / "generation_config.json", model.generation_config)
    write_safetensors(folder / "model.safetensors", stored, {"format": "pt"})
    expected |= {"tokens": tokens, "targets": targets}
    write_safetensors(folder / "expected.safetensors", expected, {"ignored_target": str(IGNORED)})


def write_all(root: Path) -> None:
    """Writes every golden file below `root`."""
    for model in MODELS:
        write_model(root / NETWORKS / model.name, model)
    optimizers = optimizer_tensors(torch.float64)
    require_close(optimizers, optimizer_tensors(torch.float32), "optimizers")
    write_safetensors(root / OPTIMIZERS, optimizers, SETTINGS)


def same(fresh: Path, committed: Path) -> bool:
    """Returns whether two golden files agree: tensors to the last bits of float32, other files byte for byte."""
    if not committed.is_file():
        return False
    if fresh.suffix != ".safetensors":
        return fresh.read_bytes() == committed.read_bytes()
    new, old = read_safetensors(fresh), read_safetensors(committed)
    return new.keys() == old.keys() and all(
        new[name].dtype == old[name].dtype
        and new[name].shape == old[name].shape
        # A float64 result near the middle of two float32 numbers may be rounded to either.
        and torch.allclose(new[name], old[name], rtol=1e-6, atol=1e-12)
        for name in new
    )


def differing_files(root: Path) -> list[str]:
    """Returns the golden files below `root` that are not what this script writes."""
    with tempfile.TemporaryDirectory() as scratch:
        write_all(Path(scratch))
        fresh = {path.relative_to(scratch): path for path in sorted(Path(scratch).rglob("*")) if path.is_file()}
        return [str(name) for name, path in fresh.items() if not same(path, root / name)]


def main() -> None:
    """Runs from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if not arguments.check:
        write_all(ROOT)
        return
    different = differing_files(ROOT)
    if different:
        sys.exit("not as the script writes them: " + ", ".join(different))
    print("all golden files are as the script writes them")


if __name__ == "__main__":
    main()
