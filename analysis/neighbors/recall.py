"""How many of the true nearest neighbours a search found: recall@k, measured on a sample of queries.

Each sampled query is searched exactly. A found neighbour counts when it is no farther than the true k-th (so that any
of several equally far points counts), and only once. The interval is Wilson's, with each query as one trial: neighbours
of one query are found or missed together, so counting neighbours would make it too narrow.
"""

import numpy as np
import numpy.typing as npt

from analysis.neighbors.exact_search import exact_search, search_in_float64
from analysis.neighbors.points import Indices, Points, Vectors
from analysis.number import Number, wilson

QUERIES = 1000
CHECKS = 200  # queries that check an exact search against plain float64
SAME = 1e-6  # relative difference up to which two distances count as equal


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
    search = search_in_float64 if exact else exact_search
    _, true = search(points, queries, k, own=rows)
    hits = hits_of(points, queries, neighbors[rows].astype(np.int64), true)
    each = tuple(float(hits[at, :, : at + 1].mean()) for at in range(k))
    return shared(each[-1], len(rows)), each


def counted(points: Points, queries: Vectors, found: Indices, farthest: Vectors) -> Number:
    """Recall of what was found (m, k), given the distance of each query's true k-th neighbour (m, 1)."""
    return shared(float(hits_of(points, queries, found, farthest)[0].mean()), len(queries))


def shared(value: float, queries: int) -> Number:
    """A recall with its interval."""
    low, high = wilson(value, queries)
    return Number(value=value, n=queries, low=low, high=high)


def hits_of(points: Points, queries: Vectors, found: Indices, limits: Vectors) -> npt.NDArray[np.bool_]:
    """Which found neighbours (m, k) are no farther than each of the limits (m, l): (l, m, k)."""
    distances = points.distances(queries, found)
    reach = limits + SAME * np.maximum(np.abs(limits), np.finfo(np.float32).eps)
    return np.asarray((distances <= reach.T[:, :, None]) & (found >= 0))
