"""Neighbours by an inverted file (IVF): each point looks into the lists nearest to it.

Jegou, Douze and Schmid, IEEE TPAMI 33 (2011).
"""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.exact_search import fill
from analysis.neighbors.faiss_indexes import ask, ivf_over
from analysis.neighbors.points import prepare
from analysis.plugin import Index


def build(
    vectors: npt.NDArray[np.float32], *, k: int, metric: Metric, seed: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    points = prepare(vectors, metric)
    return fill(points, ask(ivf_over(points, seed), points.base, k + 1), k)


INDEX = Index(name="ivf", title="Inverted file (FAISS IVF)", version=1, exact=False, build=build)
