"""Matrices of distances between a few samples of a space: for measures that need ranks or kernels of all pairs."""

import numpy as np
import numpy.typing as npt

from analysis.comparison.moments import Floats
from analysis.space import EmbeddingSpace

MOST = 2000  # samples; a matrix of all their pairs has 32 MB


def sampled(n: int, seed: int, most: int = MOST) -> npt.NDArray[np.intp]:
    """The rows that are compared: all up to so many, a seeded sample beyond."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed % (1 << 63), 17]).permutation(n)[:most])


def cosine_distances(space: EmbeddingSpace, rows: npt.NDArray[np.intp]) -> Floats:
    """1 - cosine between these rows, (m, m); 1 where one is zero."""
    wide = space.vectors[rows].astype(np.float64)
    length = np.linalg.norm(wide, axis=1, keepdims=True)
    units = wide / np.where(length > 0, length, 1)
    found: Floats = 1 - units @ units.T
    return found


def squared_distances(space: EmbeddingSpace, rows: npt.NDArray[np.intp]) -> Floats:
    """Squared euclidean distances between these rows, (m, m)."""
    wide = space.vectors[rows].astype(np.float64)
    wide -= wide.mean(axis=0)
    squares = np.square(wide).sum(axis=1)
    found: Floats = np.maximum(squares[:, None] + squares - 2 * wide @ wide.T, 0.0)
    np.fill_diagonal(found, 0.0)
    return found
