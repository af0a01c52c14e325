"""Principal axes of a cloud of points: the exact ones, by eigen-decomposition of its covariance in float64.

With centered rows X, the axes are the leading eigenvectors of X'X (d x d), or, where there are fewer points than
dimensions, those of XX' (n x n), which has the same eigenvalues. An axis has no sign of its own: here the coordinate
of largest size is positive, so that a rotated copy of a space gets the same picture.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.number import CannotAnalyze

ROWS = 8192  # rows held in float64 at a time


@dataclass(frozen=True, eq=False)
class Principal:
    """Coordinates (n, axes) in float64, and the share of the whole variance along each axis."""

    coordinates: npt.NDArray[np.float64]
    shares: npt.NDArray[np.float64]


def principal(vectors: npt.NDArray[np.float32], axes: int) -> Principal:
    """Coordinates along the first principal axes; zero along axes that the space does not have."""
    import scipy.linalg

    n, d = vectors.shape
    mean = vectors.mean(axis=0, dtype=np.float64)
    size = min(n, d)
    gram = _gram(vectors, mean)
    found = min(axes, size)
    values, basis = scipy.linalg.eigh(gram, subset_by_index=[size - found, size - 1])
    values, basis = np.maximum(values[::-1], 0), basis[:, ::-1]
    total = float(np.trace(gram))
    if not total > 0 or (vectors == vectors[0]).all():
        raise CannotAnalyze("All points coincide, so there is nothing to draw.")
    coordinates = np.zeros((n, axes))
    if d <= n:
        for rows in _blocks(n):
            coordinates[rows, :found] = (vectors[rows].astype(np.float64) - mean) @ basis
    else:
        coordinates[:, :found] = basis * np.sqrt(values)
    top = np.take_along_axis(coordinates, np.abs(coordinates).argmax(axis=0)[None], axis=0)
    shares = np.zeros(axes)
    shares[:found] = values / total
    return Principal(coordinates * np.where(top < 0, -1, 1), shares)


def _gram(vectors: npt.NDArray[np.float32], mean: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    n, d = vectors.shape
    if n < d:
        centered = vectors.astype(np.float64) - mean
        return centered @ centered.T
    total = np.zeros((d, d))
    for rows in _blocks(n):
        centered = vectors[rows].astype(np.float64) - mean
        total += centered.T @ centered
    return total


def _blocks(n: int) -> list[slice]:
    return [slice(start, start + ROWS) for start in range(0, n, ROWS)]
