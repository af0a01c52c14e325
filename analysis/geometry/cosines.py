"""Cosines between samples, in closed form: with u the unit vectors, all pairs at once are the square of their sum.

The mean over the n(n - 1) ordered pairs of distinct samples is (|sum u|² - n) / (n(n - 1)). Zero vectors have no
direction: they are left out.
"""

import numpy as np
import numpy.typing as npt

from analysis.geometry.moments import Floats, Vectors, chunks


def unit(rows: Floats) -> Floats:
    """Each row over its length; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return units


def with_direction(vectors: Vectors) -> npt.NDArray[np.bool_]:
    """Which rows are not zero, (n,)."""
    known: npt.NDArray[np.bool_] = np.any(vectors != 0, axis=1)
    return known


def unit_sum(vectors: Vectors) -> Floats:
    """Sum of the unit vectors, (d,)."""
    total: Floats = sum((unit(rows).sum(axis=0) for rows in chunks(vectors)), np.zeros(vectors.shape[1]))
    return total


def mean_cosine(total: Floats, count: float) -> float:
    """Mean over all distinct pairs of `count` unit vectors, from their sum."""
    return float((total @ total - count) / (count * (count - 1)))
