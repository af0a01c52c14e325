"""Orthogonal Procrustes: what remains between two spaces after the best rotation and scale.

The disparity of `scipy.spatial.procrustes`: 1 - |X'Y|_*² / (|X|² |Y|²) of centered rows, |.|_* the sum of singular
values; the narrower space is padded with zeros, which changes none of this. 0: the same shape; 1: nothing shared.
"""

import numpy as np

from analysis.comparison.moments import Cross, Floats
from analysis.plugin import Comparison


def nuclear_norm(matrix: Floats) -> float:
    """Sum of singular values, by the smaller Gram matrix."""
    narrow = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    return float(np.sqrt(np.maximum(np.linalg.eigvalsh(narrow.T @ narrow), 0.0)).sum())


def value(cross: Cross) -> float:
    return 1 - nuclear_norm(cross.products) ** 2 / (cross.x.squares * cross.y.squares)


COMPARISON = Comparison(
    name="procrustes",
    title="Procrustes disparity",
    version=1,
    basis="centered",
    value=value,
    describe="What remains between the two after the best rotation and scale: 0 the same shape, 1 nothing shared.",
    same=0.0,
)
