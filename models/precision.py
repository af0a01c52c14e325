"""Quicker arithmetic where it keeps the vectors: half precision on a GPU, held against float32 on a first batch."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.encoder import Items, Vectors
from models.torch_encoder import TorchEncoder

CLOSE = 0.999  # least cosine of any item's vector to its float32 one
QUICKER = ("bfloat16", "float16")


def choose_precision(encoder: TorchEncoder, items: Items, layers: Sequence[int], note: Path) -> None:
    """Set the encoder's autocast to the first of the quicker precisions that is close enough, else to none.

    The choice is written to `note` and found there by a resumed job, whose vectors must not mix precisions.
    """
    if note.exists():
        encoder.autocast = note.read_text(encoding="utf-8")
    elif encoder.device == "cuda" and encoder.recipe.dtype == "float32":
        encoder.autocast = quicker_precision(encoder, items, layers)
        draft = note.with_suffix(f".{os.getpid()}.draft")  # of several workers each its own
        draft.write_text(encoder.autocast, encoding="utf-8")
        draft.replace(note)


def quicker_precision(encoder: TorchEncoder, items: Items, layers: Sequence[int]) -> str:
    """The name of a quicker precision that keeps every cosine to float32, or nothing."""
    encoder.autocast = ""
    exact = encoder.encode(items, layers)
    for name in QUICKER:
        encoder.autocast = name
        quick = encoder.encode(items, layers)
        encoder.autocast = ""
        if all(least_cosine(a, b) >= CLOSE for a, b in zip(exact, quick, strict=True)):
            return name
    return ""


def least_cosine(a: Vectors, b: Vectors) -> float:
    """The least cosine of two matrices' rows, -1 where one is not finite; equal rows of zeros count as 1."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return -1.0
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    same = (x == y).all(axis=1)
    cosines = np.where(same, 1.0, (x * y).sum(axis=1) / np.where(lengths == 0, 1, lengths))
    return float(cosines.min(initial=1.0))
