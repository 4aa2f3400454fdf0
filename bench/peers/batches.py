"""Batches of random windows of a long row of tokens."""

from pathlib import Path
from typing import Callable

import torch

Batch = tuple[torch.Tensor, torch.Tensor]


def read_characters(path: Path) -> tuple[torch.Tensor, int]:
    """Returns the characters of a UTF-8 text as int64 numbers in the order of their code, and how many kinds."""
    text = path.read_text(encoding="utf-8")
    numbers = {character: number for number, character in enumerate(sorted(set(text)))}
    return torch.tensor([numbers[character] for character in text]), len(numbers)


def drawer(data: torch.Tensor, batch: int, context: int, seed: int) -> Callable[[], Batch]:
    """Returns what draws tokens [batch, context] and the targets, the token after each, of `data`."""
    generator = torch.Generator().manual_seed(seed)
    window = torch.arange(context)

    def draw() -> Batch:
        places = torch.randint(len(data) - context, (batch, 1), generator=generator) + window
        return data[places], data[places + 1]

    return draw
