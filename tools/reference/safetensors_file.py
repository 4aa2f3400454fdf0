"""Writes and reads safetensors files: an 8-byte length, a JSON header, then the raw little-endian tensors."""

import json
import struct
from pathlib import Path

import torch

_TYPES = {torch.float32: "F32", torch.int64: "I64"}


def write_safetensors(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    """Writes `tensors` in the order of their names, each dense and row-major, with `metadata` (text to text)."""
    header: dict[str, object] = {"__metadata__": metadata}
    payload = bytearray()
    for name, tensor in sorted(tensors.items()):
        # numpy() fixes the byte order and strides; a transposed view is copied first.
        data = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": _TYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(payload), len(payload) + len(data)],
        }
        payload += data

    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    # The header is padded with spaces so that the tensors begin at a multiple of eight bytes.
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(payload))


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """Returns the tensors of a file that `write_safetensors` wrote."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    payload = bytearray(data[8 + length :])
    types = {name: dtype for dtype, name in _TYPES.items()}
    tensors: dict[str, torch.Tensor] = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            flat = torch.frombuffer(payload[begin:end], dtype=types[entry["dtype"]])
            tensors[name] = flat.reshape(entry["shape"])
    return tensors
