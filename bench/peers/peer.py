"""
The command line and the measuring that all peers share.

A peer prints one JSON line per measurement. With `--interleaved` it obeys lines on its standard input, so that another
program can measure itself and the peer in turns: `run N` takes N steps and prints their timings, `validate N` prints
the validation loss over N batches, `quit` or the end of the input ends. The warm-up is done before the first line is
read.
"""

import argparse
import ctypes
import json
import os
import statistics
import sys
import time
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from training import Training

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# They make the libraries pretend to a lesser processor; a peer is measured at its best.
LIMITING_VARIABLES = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "ATEN_CPU_CAPABILITY",
    "MKL_ENABLE_INSTRUCTIONS",
    "DNNL_MAX_CPU_ISA",
    "ONEDNN_MAX_CPU_ISA",
)


def parser(description: str, steps: int, warmup: int) -> argparse.ArgumentParser:
    """Returns a parser with the arguments that every peer has."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--steps", type=int, default=steps, help=f"measured steps (default {steps})")
    arguments.add_argument("--warmup", type=int, default=warmup, help=f"steps before them (default {warmup})")
    arguments.add_argument("--threads", type=int, default=1, help="threads of PyTorch and its BLAS (default 1)")
    arguments.add_argument("--clip", type=float, default=1.0, help="maximum gradient norm, 0: none (default 1)")
    arguments.add_argument("--autocast", action="store_true", help="compute products in bf16")
    arguments.add_argument("--retain-memory", action="store_true", help="keep freed memory instead of returning it")
    arguments.add_argument("--seed", type=int, default=1337)
    arguments.add_argument("--interleaved", action="store_true", help="obey `run N`, `validate N`, `quit` on stdin")
    return arguments


def prepare_process(arguments: argparse.Namespace) -> None:
    """Sets the threads and lifts limits; to be called before PyTorch is imported, as its libraries read these once."""
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(arguments.threads)
    for variable in LIMITING_VARIABLES:
        os.environ.pop(variable, None)
    if arguments.retain_memory:
        # glibc otherwise maps and unmaps every large tensor, and the kernel clears its pages again at each step.
        trim_threshold, mmap_max = -1, -4
        libc = ctypes.CDLL(None)
        libc.mallopt(mmap_max, 0)
        libc.mallopt(trim_threshold, 2**31 - 1)


def blas_library() -> str:
    """
    Returns the BLAS library in this process and the processor its kernels are for, "built in" if PyTorch has its own.

    Exits when it is the reference BLAS: nobody computes with that one, and it would flatter whoever is compared.
    """
    import torch

    torch.mm(torch.ones(2, 2), torch.ones(2, 2))
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = sorted({line.split()[-1] for line in maps if "blas" in line})
    if any("/blas/libblas" in path for path in paths):
        sys.exit("PyTorch runs on the reference BLAS, which is slow; install OpenBLAS (libopenblas0-pthread)")
    for path in paths:
        if "libopenblas" in path:
            core_name = ctypes.CDLL(path).openblas_get_corename
            core_name.restype = ctypes.c_char_p
            return f"{os.path.basename(path)} {core_name().decode()}"
    return os.path.basename(paths[0]) if paths else "built in"


def matmul_gflops() -> float:
    """Returns the best rate of a few fp32 products of a training shape: how fast the machine is at this moment."""
    import torch

    rows, inner, columns = 1024, 768, 768
    a, b = torch.ones(rows, inner), torch.ones(columns, inner)
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        torch.mm(a, b.t())
        best = min(best, time.process_time() - begin)
    return 2e-9 * rows * inner * columns / best


class Measurement:
    """Takes steps of one training and reports their timings as JSON lines."""

    def __init__(
        self, arguments: argparse.Namespace, training: "Training", tokens_per_step: int, facts: dict[str, object]
    ) -> None:
        import torch

        self._training = training
        self._tokens_per_step = tokens_per_step
        self._facts = facts | {
            "dtype": "bf16 autocast" if arguments.autocast else "fp32",
            "clip": arguments.clip,
            "retain_memory": arguments.retain_memory,
            "parameters": sum(parameter.numel() for parameter in training.network.parameters()),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "blas": blas_library(),
        }

    def run(self, steps: int) -> None:
        """Takes `steps` steps and prints the medians of their wall and processor time in seconds."""
        gflops = matmul_gflops()
        walls, cpus, loss = [], [], float("nan")
        for _ in range(steps):
            wall, cpu = time.perf_counter(), time.process_time()
            loss = self._training.step()
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        step_cpu = statistics.median(cpus)
        self._print(
            steps=steps,
            step_wall_s=round(statistics.median(walls), 6),
            step_cpu_s=round(step_cpu, 6),
            step_wall_s_minimum=round(min(walls), 6),
            tokens_per_step=self._tokens_per_step,
            tokens_per_cpu_s=round(self._tokens_per_step / step_cpu, 1),
            matmul_gflops=round(gflops, 1),
            loss=round(loss, 4),
        )

    def validate(self, batches: int, loss: Callable[[int], float]) -> None:
        """Prints the validation loss, in nats a token, over `batches` batches."""
        self._print(batches=batches, validation_loss=round(loss(batches), 4))

    def _print(self, **values: object) -> None:
        print(json.dumps(self._facts | values), flush=True)


def measure(
    arguments: argparse.Namespace,
    training: "Training",
    tokens_per_step: int,
    facts: dict[str, object],
    validation_loss: Callable[[int], float] | None = None,
) -> None:
    """Warms up, then measures as `arguments` ask."""
    measurement = Measurement(arguments, training, tokens_per_step, facts)
    for _ in range(arguments.warmup):
        training.step()
    if not arguments.interleaved:
        measurement.run(arguments.steps)
        if validation_loss is not None and arguments.validation_batches > 0:
            measurement.validate(arguments.validation_batches, validation_loss)
        return
    for line in sys.stdin:
        match line.split():
            case ["run", count] if count.isdigit() and int(count) > 0:
                measurement.run(int(count))
            case ["validate", count] if count.isdigit() and int(count) > 0 and validation_loss is not None:
                measurement.validate(int(count), validation_loss)
            case ["quit"]:
                return
            case _:
                sys.exit(f"unknown line {line.strip()!r}: expected `run N`, `validate N` (character model) or `quit`")
