"""GPT-2's network as one writes it for speed in PyTorch 1.13, which has no fused attention of its own."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

# Shapes: B batch, T positions, C width, H heads, D head width, V vocabulary.


@dataclass(frozen=True)
class Shape:
    """The size of a network; `bias` tells whether affine layers and norms carry biases."""

    layers: int
    heads: int
    width: int
    context: int
    vocabulary: int
    bias: bool
    gelu: str


class Norm(nn.Module):
    """LayerNorm whose bias may be absent."""

    def __init__(self, width: int, bias: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width)) if bias else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalises the last dimension."""
        return functional.layer_norm(x, self.weight.shape, self.weight, self.bias)


class Attention(nn.Module):
    """Causal attention with one product for query, key and value."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.input = nn.Linear(shape.width, 3 * shape.width, bias=shape.bias)
        self.output = nn.Linear(shape.width, shape.width, bias=shape.bias)

    def forward(self, x: torch.Tensor, future: torch.Tensor) -> torch.Tensor:
        """Attends over x [B, T, C]; `future` [T, T] is minus infinity where a position may not look."""
        batch, length, width = x.shape
        per_head = width // self.heads
        query, key, value = self.input(x).view(batch, length, 3, self.heads, per_head).unbind(2)
        query = query.transpose(1, 2).reshape(-1, length, per_head)
        # The key is copied in the order in which the product reads it: measured faster than a transposed view.
        key = key.permute(0, 2, 3, 1).reshape(-1, per_head, length)
        value = value.transpose(1, 2).reshape(-1, length, per_head)
        weights = torch.baddbmm(future, query, key, alpha=per_head**-0.5).softmax(dim=-1)
        attended = torch.bmm(weights, value).view(batch, self.heads, length, per_head)
        return self.output(attended.transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    """One layer: attention, then the feed-forward network, each behind a norm and a residual."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm1 = Norm(shape.width, shape.bias)
        self.attention = Attention(shape)
        self.norm2 = Norm(shape.width, shape.bias)
        self.expand = nn.Linear(shape.width, 4 * shape.width, bias=shape.bias)
        self.contract = nn.Linear(4 * shape.width, shape.width, bias=shape.bias)
        self.approximation = {"exact": "none", "tanh": "tanh"}[shape.gelu]

    def forward(self, x: torch.Tensor, future: torch.Tensor) -> torch.Tensor:
        """Maps x [B, T, C] to the same shape."""
        x = x + self.attention(self.norm1(x), future)
        return x + self.contract(functional.gelu(self.expand(self.norm2(x)), approximate=self.approximation))


class Gpt(nn.Module):
    """The network with learned positions and a head that shares the token embedding."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.positions = nn.Parameter(torch.empty(shape.context, shape.width))
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.width, shape.bias)
        self.register_buffer("future", torch.full((shape.context, shape.context), float("-inf")).triu(1))
        self._initialise(shape.layers)

    def _initialise(self, layers: int) -> None:
        """Initialises as GPT-2: normal with deviation 0.02, less where 2 * layers residuals add up."""
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                residual = name.endswith(("attention.output.weight", "contract.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * layers) ** 0.5 if residual else 0.02)
            elif name.endswith(".bias"):
                nn.init.zeros_(parameter)

    def forward(self, tokens: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Returns the mean cross-entropy, in nats, of targets [B, T] after tokens [B, T]."""
        length = tokens.shape[1]
        x = self.tokens(tokens) + self.positions[:length]
        future = self.future[:length, :length]
        for block in self.blocks:
            x = block(x, future)
        logits = functional.linear(self.norm(x), self.tokens.weight)
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
