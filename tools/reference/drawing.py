"""Random numbers that are the same on every machine and in every version of PyTorch."""

import random

import torch


class Draw:
    """
    A stream of random tensors.

    Python's own generator gives the uniform numbers, bit for bit the same everywhere; PyTorch's normal numbers depend
    on the vector instructions of the machine.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def uniform(self, shape: tuple[int, ...], scale: float, centre: float = 0.0) -> torch.Tensor:
        """Returns float32 numbers of any `shape`, uniform around `centre` with standard deviation `scale`."""
        half_width = scale * 3.0**0.5
        count = torch.Size(shape).numel()
        values = [centre + half_width * (2.0 * self._random.random() - 1.0) for _ in range(count)]
        return torch.tensor(values, dtype=torch.float32).reshape(shape)

    def integers(self, shape: tuple[int, ...], count: int) -> torch.Tensor:
        """Returns int64 numbers of any `shape` in [0, count)."""
        size = torch.Size(shape).numel()
        return torch.tensor([self._random.randrange(count) for _ in range(size)], dtype=torch.int64).reshape(shape)
