"""Quicker arithmetic where it keeps the vectors: half precision, held against float32 on a sample of the items.

On a GPU: products in bfloat16, else float16, where every cosine to float32 stays at least 0.999. On a CPU with
bfloat16 products of its own (AVX-512 BF16, AMX): for transformers of texts that are wide enough to gain by it, where
every cosine stays at least 0.9999. Cosines of the vectors as they are and less their mean, for a large common part
hides much. Whether the machine can is asked, never timed, so that a job begun again decides alike.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.batches import Plan
from models.encoder import Items, Vectors
from models.torch_encoder import TorchEncoder

QUICKER = {"cuda": ("bfloat16", "float16"), "cpu": ("bfloat16",)}
CLOSE = {"cuda": 0.999, "cpu": 0.9999}  # least cosine of any item's vector to its float32 one
SAMPLE = 16  # items, from the dearest to the cheapest, whose vectors decide
TOGETHER = 4  # of them in one batch
CENTERED = 8  # items from which their mean says something
PAYS = {"cuda": 0.0, "cpu": 5e11}  # operations of a whole job from which the comparison is worth its time
OF_A_CPU = ("avx512_bf16", "amx_bf16")


def sample_of(plan: Plan) -> npt.NDArray[np.int64]:
    """The items of a job that decide."""
    n = len(plan.order)
    return plan.order[np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64))]


def choose_precision(encoder: TorchEncoder, items: Items, layers: Sequence[int], *, work: float, note: Path) -> None:
    """Set the encoder's autocast to the first of the quicker precisions that is close enough, else to none.

    `items`: a sample in order of their cost. `work`: floating-point operations of the whole job.
    The choice is written to `note` and found there by a resumed job, whose vectors must not mix precisions.
    """
    if _read(note) is None:
        name, cosine = "", 1.0
        if encoder.recipe.dtype == "float32" and work >= PAYS[encoder.device] and gains(encoder):
            name, cosine = quicker_precision(encoder, items, layers)
        draft = note.with_suffix(f".{os.getpid()}.draft")  # of several workers each its own
        draft.write_text(f"{name} {cosine:.6f} {len(items)}", encoding="utf-8")
        draft.replace(note)
    encoder.autocast = (_read(note) or ("", "", ""))[0]


def precision_said(note: Path) -> str:
    """What a job's note says, in words; nothing where the vectors are float32 throughout."""
    name, cosine, n = _read(note) or ("", "", "")
    return f"{name} products (least cosine to float32 {cosine} on {n} samples)" if name else ""


def _read(note: Path) -> tuple[str, str, str] | None:
    """Precision, least cosine and number of samples of a job's note; None where there is none that can be read."""
    try:
        name, cosine, n = note.read_text(encoding="utf-8").split(" ")
    except (OSError, ValueError):
        return None
    return (name, cosine, n) if name in ("", *QUICKER["cuda"]) else None


def gains(encoder: TorchEncoder) -> bool:
    """Whether this encoder is quicker in half precision on this machine."""
    if encoder.device == "cuda":
        return True
    if not encoder.work >= encoder.half_on_cpu:
        return False
    import torch

    able = torch.cpu.get_capabilities()
    return any(able.get(name) for name in OF_A_CPU)


def quicker_precision(encoder: TorchEncoder, items: Items, layers: Sequence[int]) -> tuple[str, float]:
    """The name of a quicker precision that keeps every cosine to float32 and the least of them, or ("", 1)."""
    exact = _encoded(encoder, items, layers, "")
    for name in QUICKER[encoder.device]:
        quick = _encoded(encoder, items, layers, name)
        cosine = min(closeness(a, b) for a, b in zip(exact, quick, strict=True))
        if cosine >= CLOSE[encoder.device]:
            return name, cosine
    return "", 1.0


def _encoded(encoder: TorchEncoder, items: Items, layers: Sequence[int], precision: str) -> list[Vectors]:
    """The items' vectors in this precision, a few items at a time."""
    encoder.autocast = precision
    try:
        starts = range(0, len(items), TOGETHER)
        parts = [encoder.encode(items[start : start + TOGETHER], layers) for start in starts]
    finally:
        encoder.autocast = ""
    return [np.concatenate(of_layer) for of_layer in zip(*parts, strict=True)]


def closeness(exact: Vectors, quick: Vectors) -> float:
    """The least cosine of rows as they are and, where they are many enough, less the mean of the exact ones."""
    least = least_cosine(exact, quick)
    if len(exact) < CENTERED:
        return least
    mean = exact.mean(axis=0, dtype=np.float64)
    return min(least, least_cosine(exact - mean, quick - mean))


def least_cosine(a: Vectors, b: Vectors) -> float:
    """The least cosine of two matrices' rows, -1 where one is not finite; equal rows of zeros count as 1."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return -1.0
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    same = (x == y).all(axis=1)
    cosines = np.where(same, 1.0, (x * y).sum(axis=1) / np.where(lengths == 0, 1, lengths))
    return float(cosines.min(initial=1.0))
