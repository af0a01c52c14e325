"""All pairs of distances of a space, a tile at a time and never all at once.

With two columns more, one matrix product gives the distances themselves, ready to be counted: [-x, |x|²/2, 1] · [y, 1,
|y|²/2] = |x - y|² / 2, which is 1 - cos for unit vectors; euclidean distance is the root of twice that, and dot has
the same constant for every |x|²/2. The left rows are made of the right ones, of which alone a copy is kept.
Rows are taken off their mean first, so that float32 keeps the digits of a narrow cone, and scaled so that a tile holds
places in a histogram: distance = low + width * place, 0 <= place <= BINS. The ends are bounds known beforehand: no two
rows are farther apart than twice the largest distance r from the mean (2 r² for 1 - cos). Up to DOUBLE samples tiles
are in double precision.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.cores import on_each_core
from analysis.geometry.cosines import unit, with_direction
from analysis.geometry.moments import ROUNDING, Floats, Vectors
from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze

Rows = npt.NDArray[np.intp]
Tile = npt.NDArray[np.floating]

BINS = 4096  # whose counts fit the processor's cache; the finest that costs nothing
EXACT, SAMPLE = 50_000, 20_000  # samples up to which all pairs are asked, and how many are taken beyond
DOUBLE = 2000  # samples up to which tiles are in double precision
HEIGHT, WIDTH = 512, 2048  # of a tile: it fits the cache, and the product is still near its full speed


@dataclass(frozen=True, eq=False)
class Pairs:
    """The distances among some samples, whose rows are [x, 1, |x|²/2]; `root`: those of what the products give."""

    rows: Tile
    scale: float
    root: bool
    low: float
    width: float

    @property
    def n(self) -> int:
        """How many samples."""
        return len(self.rows)

    def left(self, rows: slice | Rows) -> Tile:
        """The other factor of some samples: [-x, |x|²/2, 1] times the scale."""
        made: Tile = self.rows[rows] * self.rows.dtype.type(-self.scale)
        made[:, -2:] = -made[:, :-3:-1]
        return made

    def tile(self, rows: slice | Rows, columns: slice | Rows) -> Tile:
        """Distances of some to others, in bins above `low`."""
        made: Tile = self.left(rows) @ self.rows[columns].T
        if self.root:
            np.sqrt(np.abs(made, out=made), out=made)  # below 0 by rounding alone; five times as quick as a maximum
        return made

    def among(self, rows: slice) -> "Pairs":
        """The pairs among some of the samples."""
        return replace(self, rows=self.rows[rows])

    def distances(self, rows: slice | Rows, columns: slice | Rows) -> Floats:
        """Distances of some to others."""
        return self.low + self.width * np.maximum(self.tile(rows, columns), 0).astype(np.float64)

    def tiles(self) -> Iterator[tuple[slice, slice]]:
        """Rows and columns of tiles that hold each pair once; those on the diagonal come square and whole."""
        for start in range(0, self.n, HEIGHT):
            rows = slice(start, min(start + HEIGHT, self.n))
            yield rows, rows
            for left in range(rows.stop, self.n, WIDTH):
                yield rows, slice(left, min(left + WIDTH, self.n))


def comparable(vectors: Vectors, metric: Metric) -> npt.NDArray[np.bool_]:
    """Which rows have a distance under the metric, (n,): a zero vector has no cosine."""
    return with_direction(vectors) if metric == "cosine" else np.ones(len(vectors), bool)


def pairs_of(vectors: Vectors, metric: Metric) -> Pairs:
    """The pairs of some vectors; CannotAnalyze where all coincide, up to float32 rounding."""
    n, d = vectors.shape
    direct = metric == "cosine"
    parts = [slice(start, min(start + HEIGHT, n)) for start in range(0, n, HEIGHT)]

    def read(part: slice) -> Floats:
        rows = vectors[part].astype(np.float64)
        return unit(rows) if direct else rows

    center = sum(on_each_core(lambda part: read(part).sum(axis=0), parts), np.zeros(d)) / n
    made = np.ones((n, d + 2), np.float64 if n <= DOUBLE else np.float32)
    squares, about = np.empty(n), np.empty(n)

    def fill(part: slice) -> None:
        rows = read(part)
        apart = rows - center
        squares[part], about[part] = np.einsum("nd,nd->n", apart, apart), apart @ center
        made[part, :d] = rows if metric == "dot" else apart

    list(on_each_core(fill, parts))
    size, radius = float(center @ center), float(squares.max())
    if squares.sum() <= ROUNDING * (squares.sum() + n * size):
        raise CannotAnalyze("All vectors are equal, so no two are any distance apart.")
    if metric == "dot":
        # x · y = (m + x') · (m + y'), of which each part has its bounds
        low, high = -(size + 2 * about.max() + radius), -(size + 2 * about.min() - radius)
        made[:, d + 1] = -low / 2
        return Pairs(made, BINS / (high - low), False, low, (high - low) / BINS)
    made[:, d + 1] = squares / 2
    high = min(2.0, 2 * radius) if direct else 2 * radius**0.5
    return Pairs(made, BINS / high if direct else 2 * (BINS / high) ** 2, not direct, 0.0, high / BINS)


def rows_asked(vectors: Vectors, metric: Metric) -> tuple[Rows, int]:
    """The rows whose pairs are asked, in order, and how many have distances at all; CannotAnalyze for less than two."""
    there = np.flatnonzero(comparable(vectors, metric))
    if len(there) < 2:
        raise CannotAnalyze("Fewer than two vectors differ from zero, and a zero vector has no direction.")
    return (there if len(there) <= EXACT else there[some_rows(len(there), SAMPLE)]), len(there)


def some_rows(n: int, most: int) -> Rows:
    """All of n rows, or as many of them as are allowed, drawn once and for all, in order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng([n, most]).permutation(n)[:most])


def pairs_said(taken: int, there: int) -> str:
    """How many pairs are meant, and of how many samples where not of all."""
    pairs = f"{taken * (taken - 1) // 2:,} pairs"
    if taken == there:
        return f"All {pairs}."
    return f"{pairs}: those among {taken:,} of {there:,} samples, drawn at random; intervals are for as many."
