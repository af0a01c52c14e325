"""Small graphs over small spaces, for the tests of graphs and of how spaces agree with them."""

import numpy as np
import pandas as pd

from analysis.align import align
from analysis.dataset import Dataset
from analysis.graph import Graph, Links, graph_of
from analysis.knn_graph import Metric
from analysis.labels import Labels
from analysis.neighbors.graph import build_graph
from analysis.registry import alignments
from analysis.result import Result
from analysis.space import EmbeddingSpace
from tests.worlds import space_of


def graph(pairs, n: int, *, directed: bool = False, weights=None) -> Graph:
    ends = np.asarray(pairs, np.int64).reshape(-1, 2)
    held = None if weights is None else np.asarray(weights, np.float64)
    return graph_of(Links(ends, held), n, name="g", key="g", directed=directed)


def random_graph(n: int, m: int, seed: int = 0) -> Graph:
    return graph(np.random.default_rng(seed).integers(n, size=(m, 2)), n)


def cloud(n: int, d: int, seed: int = 0) -> EmbeddingSpace:
    return space_of(np.random.default_rng(seed).standard_normal((n, d)))


def dataset(n: int = 6, **columns: list) -> Dataset:
    frame = pd.DataFrame(columns, index=range(n))
    return Dataset("world", tuple(f"s{i}" for i in range(n)), frame, labels=tuple(columns))


def aligned(
    space: EmbeddingSpace,
    links: Graph,
    labels: list[Labels] = (),
    *,
    metric: Metric = "euclidean",
    draws: int = 0,
    k: int = 5,
) -> Result:
    near = build_graph(space, metric=metric, k=min(50, space.n - 1), seed=0)
    return align(space, near, links, list(labels), list(alignments().values()), k=k, draws=draws, seed=0)


def value(result: Result, name: str) -> float:
    found = result.numbers[name].value
    return float("nan") if found is None else found
