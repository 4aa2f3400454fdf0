"""A transformer over patches behind a stem of convolutions, as one writes it for speed in PyTorch 1.13."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

# Shapes: B images, T patches of an image, C width, H heads.


@dataclass(frozen=True)
class Shape:
    """
    The size of a network; `stem` are the channels of the convolutions before the embedding, the first of stride 2, with
    norms behind them where `stem_norm`.
    """

    layers: int
    heads: int
    width: int
    hidden: int
    stem: tuple[int, ...]
    positions: int
    classes: int
    stem_norm: bool


class RmsNorm(nn.Module):
    """Root mean square norm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalises the last dimension."""
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Block(nn.Module):
    """One layer: attention to all positions, then SwiGLU, each behind a norm and a residual; no biases."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm1, self.norm2 = RmsNorm(shape.width), RmsNorm(shape.width)
        self.input = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.output = nn.Linear(shape.width, shape.width, bias=False)
        self.expand = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.contract = nn.Linear(shape.hidden, shape.width, bias=False)

    def attend(self, x: torch.Tensor) -> torch.Tensor:
        """Attends over x [B, T, C]."""
        batch, length, width = x.shape
        per_head = width // self.heads
        query, key, value = self.input(x).view(batch, length, 3, self.heads, per_head).unbind(2)
        query = query.transpose(1, 2).reshape(-1, length, per_head)
        # The key is copied in the order in which the product reads it: measured faster than a transposed view.
        key = key.permute(0, 2, 3, 1).reshape(-1, per_head, length)
        value = value.transpose(1, 2).reshape(-1, length, per_head)
        weights = (torch.bmm(query, key) * per_head**-0.5).softmax(dim=-1)
        attended = torch.bmm(weights, value).view(batch, self.heads, length, per_head)
        return self.output(attended.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps x [B, T, C] to the same shape."""
        x = x + self.attend(self.norm1(x))
        gate, up = self.expand(self.norm2(x)).chunk(2, dim=-1)
        return x + self.contract(functional.silu(gate) * up)


class Vit(nn.Module):
    """The network: stem, learnt positions, blocks, the mean over positions, logits."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        channels = (1, *shape.stem)
        self.stem = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=2 if index == 0 else 1, padding=1, bias=not shape.stem_norm)
            for index, (before, after) in enumerate(zip(channels, channels[1:]))
        )
        self.norms = nn.ModuleList(nn.LayerNorm(after) for after in shape.stem if shape.stem_norm)
        self.embedding = nn.Conv2d(channels[-1], shape.width, 3, stride=2, padding=1, bias=False)
        self.positions = nn.Parameter(0.02 * torch.randn(shape.positions, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = RmsNorm(shape.width)
        self.head = nn.Linear(shape.width, shape.classes)

    def forward(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Returns the mean cross-entropy, in nats, of labels [B] for images [B, 1, side, side]."""
        if self.norms:
            # The channels side by side, as the norms want them.
            images = images.contiguous(memory_format=torch.channels_last)
        for index, convolution in enumerate(self.stem):
            images = convolution(images)
            if self.norms:
                images = self.norms[index](images.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            images = functional.gelu(images, approximate="tanh")
        x = self.embedding(images).flatten(2).transpose(1, 2) + self.positions
        for block in self.blocks:
            x = block(x)
        return functional.cross_entropy(self.head(self.norm(x).mean(1)), labels)
