"""Silhouettes (Rousseeuw 1987): s = (b - a) / max(a, b), a the mean distance of a sample to the others of its class, b
that to the nearest other class; 0 where both are 0. Samples come ordered by class, each class of two or more.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from analysis.geometry.moments import Floats, Vectors
from analysis.geometry.pairs import Pairs, Rows, pairs_of, some_rows

HELD = 1 << 22  # distances held at a time
KEPT = 1 << 24  # distances kept for the draws


def silhouettes(vectors: Vectors, codes: Rows) -> Floats:
    """The silhouette of each of the samples ordered by class, (n,), of euclidean distances, a strip at a time."""
    pairs, found = pairs_of(vectors, "euclidean"), np.empty(len(codes))
    for start in range(0, len(codes), step := max(1, HELD // len(codes))):
        rows = np.arange(start, min(start + step, len(codes)))
        found[rows] = from_distances(_strip(pairs, rows), codes, codes[rows])
    return found


def _strip(pairs: Pairs, rows: Rows) -> Floats:
    """Distances of all to some, (n, rows), each zero to itself."""
    strip = pairs.distances(slice(0, pairs.n), rows)
    strip[rows, np.arange(len(rows))] = 0
    return strip


def from_distances(distances: npt.NDArray[np.floating], codes: Rows, own: Rows) -> Floats:
    """Silhouettes of some samples of classes `own`, from the distances (n, some) of all, ordered by class, to them."""
    begins = np.flatnonzero(np.diff(codes, prepend=-1))
    classes, sizes = codes[begins], np.diff(np.append(begins, len(codes))).astype(np.float64)
    sums, some = np.add.reduceat(distances, begins, axis=0, dtype=np.float64), np.arange(len(own))
    place = np.searchsorted(classes, own)
    inside = np.divide(sums[place, some], sizes[place] - 1, out=np.zeros(len(own)), where=sizes[place] > 1)
    means = sums / sizes[:, None]
    means[place, some] = np.inf
    outside = means.min(axis=0)
    larger = np.maximum(inside, outside)
    found = np.divide(outside - inside, larger, out=np.zeros(len(own)), where=larger > 0)
    return np.where(sizes[place] > 1, found, 0.0)


def dealt_silhouettes(vectors: Vectors, codes: Rows) -> Callable[[Rows], float]:
    """A function from labels shuffled to the mean silhouette, of as many samples as can be kept against all."""
    n = len(codes)
    asked = some_rows(n, max(1, KEPT // n))
    strip = _strip(pairs_of(vectors, "euclidean"), asked).astype(np.float32)

    def mean(dealt: Rows) -> float:
        order = np.argsort(dealt, kind="stable")
        return float(from_distances(strip[order], dealt[order], dealt[asked]).mean())

    return mean
