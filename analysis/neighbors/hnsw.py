"""Neighbours by a navigable graph (HNSW): fast to ask, slow to build. Malkov and Yashunin, IEEE TPAMI 42 (2020)."""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.exact_search import fill
from analysis.neighbors.faiss_indexes import ask, hnsw_over
from analysis.neighbors.points import prepare
from analysis.plugin import Index


def build(
    vectors: npt.NDArray[np.float32], *, k: int, metric: Metric, seed: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    points = prepare(vectors, metric)
    return fill(points, ask(hnsw_over(points), points.base, k + 1), k)


INDEX = Index(name="hnsw", title="Navigable graph (FAISS HNSW)", version=1, exact=False, build=build)
