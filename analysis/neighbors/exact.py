"""Exact neighbours: FAISS compares every pair, and what float32 cannot tell apart is compared in float64."""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.exact_search import exact_search
from analysis.neighbors.points import prepare
from analysis.plugin import Index


def build(
    vectors: npt.NDArray[np.float32], *, k: int, metric: Metric, seed: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    return exact_search(prepare(vectors, metric), vectors, k, own=np.arange(len(vectors)))


INDEX = Index(name="exact", title="Exact (FAISS flat)", version=1, exact=True, build=build)
