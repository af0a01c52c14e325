"""UMAP's graph: how strongly each point is tied to its neighbours, made comparable between dense and sparse regions.

With d_ij the distance from i to its j-th neighbour and rho_i the smallest of them above zero, a neighbour's strength
is exp(-(d_ij - rho_i) / sigma_i), at most 1, where sigma_i is such that a point's strengths sum to log2(k). An edge
exists if it does from either end: w = a + b - ab. McInnes, Healy and Melville 2018, section 3.1 and algorithms 2
and 3; k counts the point itself, as there.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph

Array = npt.NDArray[np.float64]

HALVINGS = 64
TOLERANCE = 1e-5  # of the sum of strengths
NARROWEST = 1e-3  # sigma at least, as a share of the mean distance


def fuzzy_graph(graph: KnnGraph) -> Any:
    """The symmetric strengths (n, n) of a kNN graph without the points themselves, as a sparse CSR matrix."""
    from scipy import sparse

    distances = from_zero(graph)
    rho = nearest_above_zero(distances)
    sigma = widths(distances, rho)
    strength = np.exp(-np.maximum(distances - rho[:, None], 0) / sigma[:, None])
    starts = np.arange(0, graph.n * graph.k + 1, graph.k)
    one_way = sparse.csr_matrix(
        (strength.astype(np.float32).ravel(), graph.indices.ravel(), starts), shape=(graph.n, graph.n)
    )
    back = one_way.T.tocsr()
    return (one_way + back - one_way.multiply(back)).tocsr()


def from_zero(graph: KnnGraph) -> Array:
    """Distances that are not negative, (n, k): those of `dot` are counted from each point's nearest."""
    distances = graph.distances.astype(np.float64)
    return distances - distances[:, :1] if graph.metric == "dot" else distances


def nearest_above_zero(distances: Array) -> Array:
    """The smallest distance above zero of each point, (n,); 0 where all are twins."""
    smallest = np.where(distances > 0, distances, np.inf).min(axis=1)
    return np.where(np.isfinite(smallest), smallest, 0)


def widths(distances: Array, rho: Array) -> Array:
    """The sigma of each point, (n,), by halving the interval that holds it."""
    n, k = distances.shape
    target = np.log2(k + 1)
    beyond = np.maximum(distances - rho[:, None], 0)
    sigma, low, high = np.ones(n), np.zeros(n), np.full(n, np.inf)
    open_ = np.arange(n)
    for _ in range(HALVINGS):
        total = np.exp(-beyond[open_] / sigma[open_, None]).sum(axis=1)
        off = np.abs(total - target) >= TOLERANCE
        open_, total = open_[off], total[off]
        if not len(open_):
            break
        wide = open_[total > target]
        narrow = open_[total <= target]
        high[wide], low[narrow] = sigma[wide], sigma[narrow]
        unbounded = np.isinf(high[open_])
        middle = (low[open_] + np.where(unbounded, 0, high[open_])) / 2
        sigma[open_] = np.where(unbounded, 2 * sigma[open_], middle)
    own = distances.sum(axis=1) / (k + 1)  # the mean counts the point itself, at distance 0
    floor = NARROWEST * np.where(rho > 0, own, own.mean())
    return np.maximum(sigma, np.where(floor > 0, floor, 1))
