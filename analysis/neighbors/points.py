"""Vectors as a search reads them: shifted and scaled so that products in float32 tell near from far.

Cosine: rows of length one, so that the largest product is the nearest; a row of zeros has no direction and counts as
orthogonal to every row (distance 1). Euclidean: the mean taken off, which changes no distance and saves the digits
that |a|^2 + |b|^2 - 2ab loses far from the origin. Dot: the largest product. Scaling to at most one keeps
squares of very large or very small numbers within float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from models.errors import BadInput

Vectors = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

ROWS = 8192  # rows shifted and scaled at a time
NEAR = 1e-4  # squared chord under which rows at length one are taken in float64
GATHERED = 1 << 18  # numbers gathered at a time for exact distances: they fit the processor's cache


def blocks(n: int, size: int) -> Iterator[slice]:
    """Cut n rows into slices of a size."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


@dataclass(frozen=True, eq=False)
class Points:
    """The rows of a space and what makes them comparable: `base` is (n, d) float32 for the search itself."""

    metric: Metric
    vectors: Vectors
    center: Wide
    scale: float

    @property
    def n(self) -> int:
        """How many points."""
        return len(self.vectors)

    def comparable(self, vectors: Vectors) -> Wide:
        """Shift and scale rows, in float64."""
        wide = vectors.astype(np.float64)
        if self.metric != "cosine":
            return (wide - self.center) / self.scale
        length = np.linalg.norm(wide, axis=1, keepdims=True)
        return wide / np.where(length > 0, length, 1)

    def narrow(self, vectors: Vectors) -> Vectors:
        """Shift and scale rows, in float32."""
        rows = np.empty(vectors.shape, np.float32)
        for part in blocks(len(vectors), ROWS):
            rows[part] = self.comparable(vectors[part])
        return rows

    @cached_property
    def base(self) -> Vectors:
        """All rows, shifted and scaled."""
        return self.narrow(self.vectors)

    @cached_property
    def zero(self) -> npt.NDArray[np.bool_]:
        """Which rows of `base` are all zeros, (n,)."""
        return np.asarray(~self.base.any(axis=1))

    @property
    def by_product(self) -> bool:
        """Whether the nearest has the largest product (else the smallest squared difference)."""
        return self.metric != "euclidean"

    def scores(self, queries: Wide, rows: Wide) -> Wide:
        """Compare shifted and scaled queries with rows, (m, n): the smaller, the nearer."""
        products = queries @ rows.T
        return np.asarray(-products if self.by_product else (rows**2).sum(axis=1) - 2 * products)

    def distances(self, queries: Vectors, neighbors: Indices) -> Vectors:
        """Distance of each query to its neighbours (m, k), by differences in float64, so that near twins differ."""
        out = np.empty(neighbors.shape, np.float32)
        height = max(1, GATHERED // (neighbors.shape[1] * queries.shape[1]))
        for part in blocks(len(queries), height):
            out[part] = self._distances(queries[part], neighbors[part])
        return out

    def _distances(self, queries: Vectors, neighbors: Indices) -> Wide:
        if self.metric == "cosine":
            left, right = self.narrow(queries)[:, None], self.base[neighbors]
        else:
            left, right = queries[:, None], self.vectors[neighbors]
        if self.metric == "dot":
            return np.asarray(-np.einsum("ikd,ijd->ik", right, left, dtype=np.float64))
        gap = np.subtract(right, left, dtype=np.float64)
        squared: Wide = np.einsum("ikd,ikd->ik", gap, gap)
        if self.metric == "euclidean":
            return np.asarray(np.sqrt(squared))
        lost = self.zero[neighbors] | ~left.any(axis=2)  # no direction, no angle
        row, place = np.nonzero((squared < NEAR) & ~lost)
        if len(row):  # so near that rows at length one in float32 are too coarse
            twins = self.comparable(queries[row]) - self.comparable(self.vectors[neighbors[row, place]])
            squared[row, place] = np.einsum("pd,pd->p", twins, twins)
        return np.asarray(np.where(lost, 1.0, squared / 2))  # |u - v|^2 / 2 = 1 - cos


def prepare(vectors: Vectors, metric: Metric) -> Points:
    """Make ready to search among these rows."""
    center = np.zeros(vectors.shape[1])
    if metric == "cosine":
        return Points(metric, vectors, center, 1.0)
    if metric == "euclidean":
        center = vectors.mean(axis=0, dtype=np.float64)
    scale = 0.0
    for part in blocks(len(vectors), ROWS):
        scale = max(scale, float(np.abs(vectors[part] - center).max()))
    largest = vectors.shape[1] * scale**2 if metric == "dot" else 2 * scale * vectors.shape[1] ** 0.5
    if largest > float(np.finfo(np.float32).max):
        raise BadInput(f"metric {metric!r} overflows on vectors of {scale:.0e}; use cosine, or scale them down.")
    return Points(metric, vectors, center, scale or 1.0)


def nearest_of(
    points: Points, queries: Vectors, candidates: Indices, k: int, own: Indices | None = None
) -> tuple[npt.NDArray[np.int32], Vectors]:
    """Order each query's candidates by true distance, then by row number, and keep k.

    `candidates`: (m, more than k), -1 where a search found nothing. `own`: each query's own row, which is left
    out by its number, never by its distance: a twin at distance 0 is a neighbour. Places that stay unfilled
    hold -1 at an infinite distance.
    """
    distances = points.distances(queries, candidates)
    missing = candidates < 0
    if own is not None:
        missing |= candidates == own[:, None]
    distances[missing] = np.inf
    order = np.lexsort((candidates, distances), axis=-1)[:, :k]
    distances = np.take_along_axis(distances, order, axis=1)
    chosen = np.where(np.take_along_axis(missing, order, axis=1), -1, np.take_along_axis(candidates, order, axis=1))
    return chosen.astype(np.int32), distances
