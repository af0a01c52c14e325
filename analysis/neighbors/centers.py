"""Samples near the center of a group, and along the direction from one group to another, in the original space.

Rows y_i are x_i / |x_i| for cosine and x_i itself for euclidean and dot. The center of a group G is the mean of its
rows, c = sum of y_i over G / |G|; for cosine only the angle to it counts.

    near    1 - y_i . c / |c| (cosine),  |x_i - c| (euclidean),  -x_i . c (dot)
    along   t_i = (y_i - (a + b) / 2) . (a - b) / |a - b|  for the centers a of A and b of B

t is in the units of the rows: 0 half-way between the two centers, |a - b| / 2 at a and -|a - b| / 2 at b. A row of
zeros has no direction: under cosine it counts in no center, is at distance 1 from all of them, and its t is NaN.
All in float64, a block of rows at a time: memory does not grow with n but for one number a row.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.exact_search import lowest
from analysis.neighbors.points import Indices, Vectors, Wide, blocks
from analysis.number import CannotAnalyze

NUMBERS = 1 << 21  # of a block: 16 MB in float64
SMALL = 1e-9  # a center or direction shorter than this share of the rows' own length is rounding
EMPTY = "A selection without samples has no centre; select some."


@dataclass(frozen=True, eq=False)
class Along:
    """Where each sample lies on the line from B's center to A's: `values` (n,), and how far apart the centers are."""

    values: Wide
    gap: float


def near_center(
    vectors: Vectors, group: npt.NDArray[np.bool_], metric: Metric, *, k: int, others: bool = False
) -> tuple[Indices, Wide]:
    """The k samples nearest to a group's center, nearest first, and their distances; fewer where there are fewer.

    `others`: leave out the group itself. Of samples equally far, those with the lowest row numbers are taken.
    """
    center, size = _center(vectors, group, metric)
    length = float(np.linalg.norm(center))
    if metric == "cosine" and length <= SMALL * size:
        raise CannotAnalyze("The vectors of this selection cancel out, so that their mean points nowhere.")
    distances = np.empty(len(vectors))
    for part in blocks(len(vectors), _height(vectors)):
        rows, known = _rows(vectors[part], metric)
        if metric == "euclidean":
            distances[part] = np.linalg.norm(rows - center, axis=1)
        elif metric == "dot":
            distances[part] = -(rows @ center)
        else:
            distances[part] = np.where(known, np.clip(1 - rows @ (center / length), 0, 2), 1)
    allowed = ~group if others else np.ones(len(vectors), dtype=bool)
    return _first(np.where(allowed, distances, np.inf), min(k, int(allowed.sum())))


def along(vectors: Vectors, a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_], metric: Metric) -> Along:
    """Project every sample on the direction from the center of B to that of A; the two may share samples."""
    (first, size), (second, other) = _center(vectors, a, metric), _center(vectors, b, metric)
    gap = float(np.linalg.norm(first - second))
    if gap <= SMALL * max(size, other):
        raise CannotAnalyze("A and B have the same mean, so that no direction leads from one to the other.")
    unit, middle = (first - second) / gap, (first + second) / 2
    values = np.empty(len(vectors))
    for part in blocks(len(vectors), _height(vectors)):
        rows, known = _rows(vectors[part], metric)
        values[part] = np.where(known, (rows - middle) @ unit, np.nan)
    return Along(values, gap)


def ends(values: Wide, k: int) -> tuple[Indices, Indices]:
    """The k rows of highest values, highest first, and the k of lowest, lowest first; no row stands at both ends.

    >>> ends(np.array([0.5, np.nan, -2.0, 3.0]), 5)
    (array([3, 0]), array([2]))
    """
    known = np.isfinite(values)
    n = int(known.sum())
    high, _ = _first(np.where(known, -values, np.inf), min(k, (n + 1) // 2))
    low, _ = _first(np.where(known, values, np.inf), min(k, n // 2))
    return high, low


def _first(scores: Wide, k: int) -> tuple[Indices, Wide]:
    """The rows of the k lowest scores, lowest first, and these."""
    if k < 1:
        return np.empty(0, np.int64), np.empty(0)
    largest = float(np.abs(scores, where=np.isfinite(scores), out=np.zeros_like(scores)).max()) or 1.0
    rows = lowest(scores[None] / largest, k)[0]
    rows = rows[np.lexsort((rows, scores[rows]))]
    return rows, scores[rows]


def _center(vectors: Vectors, group: npt.NDArray[np.bool_], metric: Metric) -> tuple[Wide, float]:
    """The center of a group, and the root mean square length of its rows."""
    members = np.flatnonzero(group)
    if not len(members):
        raise CannotAnalyze(EMPTY)
    total, squares, counted = np.zeros(vectors.shape[1]), 0.0, 0
    for part in blocks(len(members), _height(vectors)):
        rows, known = _rows(vectors[members[part]], metric)
        total += rows.sum(axis=0)
        squares += float(np.square(rows).sum())
        counted += int(known.sum())
    if not counted:
        raise CannotAnalyze("All vectors of this selection are zero, so that their mean points nowhere.")
    return total / counted, float(np.sqrt(squares / counted))


def _rows(vectors: Vectors, metric: Metric) -> tuple[Wide, npt.NDArray[np.bool_]]:
    """A block of rows in float64, for cosine at length one, and which of them can be placed."""
    rows = vectors.astype(np.float64)
    if metric != "cosine":
        return rows, np.ones(len(rows), dtype=bool)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(length > 0, length, 1)
    return rows, length[:, 0] > 0


def _height(vectors: Vectors) -> int:
    return max(1, NUMBERS // int(vectors.shape[1]))
