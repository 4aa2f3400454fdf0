"""Attention masks and attention itself, written for clearness: the whole matrix of scores is formed."""

import torch

# Shapes: B batch, T positions, H query heads, K key/value heads, D head width.


def causal(length: int) -> torch.Tensor:
    """Returns [T, T] of bool: a position sees itself and what is before it."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def bidirectional(length: int) -> torch.Tensor:
    """Returns [T, T] of bool: every position sees every position."""
    return torch.ones(length, length, dtype=torch.bool)


def prefix(length: int, prefix_length: int) -> torch.Tensor:
    """Returns [T, T] of bool: causal, and moreover every position sees the first `prefix_length` ones."""
    mask = causal(length)
    mask[:, :prefix_length] = True
    return mask


def packed(lengths: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the causal mask [T, T] and positions [T] of documents of `lengths` that do not see each other."""
    mask = torch.block_diag(*[causal(length).to(torch.int64) for length in lengths]).to(torch.bool)
    positions = torch.cat([torch.arange(length) for length in lengths])
    return mask, positions


def attend(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """
    Returns softmax(query key^T / sqrt(D)) value as [B, T, H * D] of query [B, T, H, D], key and value [B, T, K, D].

    Each key/value head serves H / K query heads next to each other.
    """
    batch, length, heads, width = query.shape
    key = key.repeat_interleave(heads // key.shape[2], dim=2)
    value = value.repeat_interleave(heads // value.shape[2], dim=2)
    scores = torch.einsum("bihd,bjhd->bhij", query, key) / width**0.5
    weights = scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)
    return torch.einsum("bhij,bjhd->bihd", weights, value).reshape(batch, length, heads * width)
