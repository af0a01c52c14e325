"""How many of the true nearest neighbours a search found: recall@k, measured on a sample of queries.

Each sampled query is searched exactly. A found neighbour counts when it is no farther than the true k-th (so that any
of several equally far points counts), and only once. The interval is Wilson's, with each query as one trial: neighbours
of one query are found or missed together, so counting neighbours would make it too narrow.
"""

import numpy as np
import numpy.typing as npt

from analysis.neighbors.exact_search import exact_search, in_float64
from analysis.neighbors.points import Indices, Points, Vectors, nearest_of
from analysis.number import Number, wilson

QUERIES = 1000
CHECKS = 200  # queries that check an exact search against plain float64
SAME = 1e-5  # relative difference up to which two distances count as equal


def recall_of(
    points: Points, neighbors: npt.NDArray[np.int32], *, exact: bool, seed: int
) -> tuple[Number, tuple[float, ...]]:
    """Measure the recall of a graph (n, k) on a seeded sample of its rows: recall@k, and that @1, @2 ... @k.

    An exact graph is checked on fewer queries, by another way: float64 throughout.
    """
    k = neighbors.shape[1]
    rng = np.random.default_rng([seed, 2])
    rows = np.sort(rng.choice(points.n, min(CHECKS if exact else QUERIES, points.n), replace=False))
    queries = points.vectors[rows]
    if exact:
        truth = in_float64(points, queries, k, own=rows)
        farthest = nearest_of(points, queries, truth, k)[1]
    else:
        farthest = exact_search(points, queries, k, own=rows)[1]
    found = neighbors[rows].astype(np.int64)
    each = tuple(_share(points, queries, found[:, : i + 1], farthest[:, i : i + 1]) for i in range(k))
    return counted(points, queries, found, farthest[:, -1:]), each


def counted(points: Points, queries: Vectors, found: Indices, farthest: Vectors) -> Number:
    """Recall of what was found (m, k), given the distance of each query's true k-th neighbour (m, 1)."""
    value = _share(points, queries, found, farthest)
    low, high = wilson(value, len(queries))
    return Number(value=value, n=len(queries), low=low, high=high)


def _share(points: Points, queries: Vectors, found: Indices, farthest: Vectors) -> float:
    distances = points.distances(queries, found)
    slack = SAME * np.maximum(np.abs(farthest), np.finfo(np.float32).eps)
    return float(((distances <= farthest + slack) & (found >= 0)).mean())
