"""One training step in PyTorch: loss, gradients, clipping, AdamW."""

import math
from dataclasses import dataclass
from typing import Callable

import torch

from batches import Batch
from torch import nn


@dataclass(frozen=True)
class Recipe:
    """The optimiser's settings; the rate warms up, then falls by a cosine to its minimum at `decay_steps`."""

    learning_rate: float
    minimum_rate: float
    beta2: float
    weight_decay: float
    warmup_steps: int
    decay_steps: int
    clip: float
    autocast: bool

    def rate(self, step: int) -> float:
        """Returns the learning rate of `step`, counted from 0."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / (self.warmup_steps + 1)
        progress = min(1.0, (step - self.warmup_steps) / (self.decay_steps - self.warmup_steps))
        cosine = 0.5 * (1.0 + math.cos(math.pi * progress))
        return self.minimum_rate + cosine * (self.learning_rate - self.minimum_rate)


class Training:
    """A network being trained on batches that `draw` gives."""

    def __init__(self, network: nn.Module, recipe: Recipe, draw: Callable[[], Batch]) -> None:
        self.network = network
        self._recipe = recipe
        self._draw = draw
        self._step = 0
        parameters = list(network.parameters())
        matrices = [parameter for parameter in parameters if parameter.dim() > 1]
        vectors = [parameter for parameter in parameters if parameter.dim() == 1]
        self._optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
            betas=(0.9, recipe.beta2),
        )

    def loss(self, batch: Batch) -> torch.Tensor:
        """Returns the mean loss of a batch."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._recipe.autocast):
            return self.network(*batch)

    def step(self) -> float:
        """Trains on one batch and returns its loss before the step."""
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.rate(self._step)
        loss = self.loss(self._draw())
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self._recipe.clip > 0.0:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self._recipe.clip)
        self._optimizer.step()
        self._step += 1
        return loss.item()
