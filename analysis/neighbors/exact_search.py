"""The k nearest rows of each query, found without missing one.

FAISS compares everything by matrix products in float32, whose rounding can swap points that are almost equally far.
A query's answer is *certain* when the last of a few more candidates than asked for is farther than the k-th by more
than twice the largest rounding error; queries that are not (twins, spaces whose points all but coincide) are
compared anew in float64. Of points equally far, those with the lowest row numbers are taken.
"""

import numpy as np
import numpy.typing as npt

from analysis.neighbors.points import ROWS, Indices, Points, Vectors, blocks, nearest_of

SPARE = 8  # candidates fetched beyond k
CELLS = 1 << 24  # numbers in a block of float64 comparisons: 128 MB


def exact_search(
    points: Points, queries: Vectors, k: int, *, own: Indices | None = None
) -> tuple[npt.NDArray[np.int32], Vectors]:
    """Find the k nearest points of each query: indices and distances (m, k), nearest first.

    `own`: the row that each query is itself, which is left out.
    """
    wanted = k if own is None else k + 1
    candidates, certain = _by_product(points, queries, wanted)
    neighbors, distances = nearest_of(points, queries, candidates, k, own)
    again = np.flatnonzero(~certain)
    if len(again):
        mine = None if own is None else own[again]
        neighbors[again], distances[again] = search_in_float64(points, queries[again], k, own=mine)
    return neighbors, distances


def fill(points: Points, candidates: Indices, k: int) -> tuple[npt.NDArray[np.int32], Vectors]:
    """Make candidates found for every point (n, more than k) a graph: itself left out, true distances, in order.

    Points for which an approximate search found fewer than k others are searched exactly.
    """
    neighbors, distances = nearest_of(points, points.vectors, candidates, k, np.arange(points.n))
    short = np.flatnonzero((neighbors < 0).any(axis=1))
    if len(short):
        neighbors[short], distances[short] = exact_search(points, points.vectors[short], k, own=short)
    return neighbors, distances


def _by_product(points: Points, queries: Vectors, wanted: int) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Fetch a few more than wanted by FAISS; say for which queries none can be missing among the first `wanted`."""
    import faiss

    fetched = min(wanted + SPARE, points.n)
    rows = points.narrow(queries)
    kind = faiss.METRIC_INNER_PRODUCT if points.by_product else faiss.METRIC_L2
    scores, candidates = faiss.knn(rows, points.base, fetched, metric=kind)
    if fetched == points.n:
        return candidates, np.ones(len(rows), bool)
    longest = float(np.sqrt(np.einsum("id,id->i", points.base, points.base).max()))
    length = np.sqrt(np.einsum("id,id->i", rows, rows))
    size = length * longest if points.by_product else (length + longest) ** 2
    error = 4 * np.finfo(np.float32).eps * np.sqrt(points.vectors.shape[1]) * size
    gap = np.abs(scores[:, -1] - scores[:, wanted - 1])
    return candidates, gap > 2 * error


def search_in_float64(
    points: Points, queries: Vectors, k: int, *, own: Indices | None = None
) -> tuple[npt.NDArray[np.int32], Vectors]:
    """Find the k nearest points of each query as `exact_search` does, all in float64; slower."""
    others = points.n if own is None else points.n - 1
    fetched = min(k + SPARE, others)
    tall = max(1, CELLS // points.n)
    chosen = np.empty((len(queries), fetched), np.int64)
    for part in blocks(len(queries), tall):
        wide = points.comparable(queries[part])
        scores = np.hstack(
            [points.scores(wide, points.comparable(points.vectors[rows])) for rows in blocks(points.n, ROWS)]
        )
        if own is not None:
            scores[np.arange(len(wide)), own[part]] = np.inf
        chosen[part] = lowest(scores, fetched)
    return nearest_of(points, queries, chosen, k)


def lowest(scores: npt.NDArray[np.float64], k: int) -> Indices:
    """The columns of the k lowest scores of each row; among scores equal but for rounding, the first columns.

    >>> lowest(np.array([[3.0, 1.0, 2.0, 1.0, 1.0]]), 2)
    array([[1, 3]])
    """
    kth = np.partition(scores, k - 1, axis=1)[:, k - 1 : k]
    finite = np.where(np.isfinite(scores), scores, 0)
    slack = 64 * np.finfo(np.float64).eps * np.maximum(np.abs(finite).max(axis=1, keepdims=True), 1)
    below = scores < kth - slack
    tied = (scores <= kth + slack) & ~below
    room = k - below.sum(axis=1, keepdims=True)
    take = below | (tied & (np.cumsum(tied, axis=1) <= room))
    return np.nonzero(take)[1].reshape(len(scores), k)
