"""What lies nearest to a vector that need not be a sample: a new text, a group's center.

Exact up to 200,000 rows: comparing one query with all of them takes a tenth of a second, less than any index takes
to build. Beyond that, for many queries, an inverted file with its recall measured on the space's own rows.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.exact_search import exact_search
from analysis.neighbors.faiss_indexes import ask, hnsw_over, ivf_over
from analysis.neighbors.points import Points, Vectors, nearest_of, prepare
from analysis.neighbors.recall import QUERIES, counted
from analysis.number import Number
from analysis.space import EmbeddingSpace
from models.errors import BadInput

Method = Literal["auto", "exact", "hnsw", "ivf"]
EXACT_UP_TO = 200_000
MEASURED_AT = 10  # k at which an approximate index shows its recall


@dataclass(frozen=True, eq=False)
class QueryIndex:
    """A space made ready to be asked; keep it while the space stays the same. `recall` is that of recall@10."""

    points: Points
    method: str
    recall: Number
    index: Any = None

    def search(self, queries: Vectors, *, k: int) -> tuple[npt.NDArray[np.int32], Vectors]:
        """The k nearest samples of each query: indices and distances (m, k), nearest first."""
        asked = _checked(queries, self.points, k)
        if self.index is None:
            return exact_search(self.points, asked, k)
        found = ask(self.index, self.points.narrow(asked), k)
        neighbors, distances = nearest_of(self.points, asked, found, k)
        short = np.flatnonzero((neighbors < 0).any(axis=1))
        if len(short):
            neighbors[short], distances[short] = exact_search(self.points, asked[short], k)
        return neighbors, distances


def query_index(space: EmbeddingSpace, *, metric: Metric, seed: int = 0, method: Method = "auto") -> QueryIndex:
    """Make a space ready for queries."""
    points = prepare(space.vectors, metric)
    name = method if method != "auto" else "exact" if space.n <= EXACT_UP_TO else "ivf"
    if name == "exact":
        return QueryIndex(points, name, Number(value=1.0))
    index = hnsw_over(points) if name == "hnsw" else ivf_over(points, seed)
    rows = np.random.default_rng([seed, 3]).choice(space.n, min(QUERIES, space.n), replace=False)
    queries, k = space.vectors[rows], min(MEASURED_AT, space.n)
    farthest = exact_search(points, queries, k)[1][:, -1:]
    found = ask(index, points.narrow(queries), k)
    return QueryIndex(points, name, counted(points, queries, found, farthest), index)


def search(space: EmbeddingSpace, queries: Vectors, *, metric: Metric, k: int) -> tuple[npt.NDArray[np.int32], Vectors]:
    """The k nearest samples of each query (m, d), exactly: indices and distances (m, k), nearest first."""
    return query_index(space, metric=metric, method="exact").search(queries, k=k)


def _checked(queries: Vectors, points: Points, k: int) -> Vectors:
    width = points.vectors.shape[1]
    if queries.ndim != 2 or queries.shape[1] != width:
        raise BadInput(f"queries have shape {queries.shape}; give rows of {width} numbers, as the space has.")
    if not np.isfinite(queries).all():
        raise BadInput("a query has NaN or infinite values; embed it again.")
    if not 1 <= k <= points.n:
        raise BadInput(f"k is {k} but the space has {points.n} samples; give a k from 1 to {points.n}.")
    return np.asarray(queries, np.float32)
