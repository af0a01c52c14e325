"""Dimension from how distances to neighbours grow, shared by the questions that read it at one scale and at many.

TwoNN (Facco et al. 2017): the ratio m of the second to the first neighbour's distance has P(m < x) = 1 - x^-d; d is the
slope of the line through the origin fitted to (log m, -log(1 - rank / n)) by least squares, the largest 10 % left out.
MLE (Levina and Bickel 2004, averaged as MacKay and Ghahramani 2005 correct it): one over the mean of
log(T_k / T_j) over all samples and j < k, with T_j the distance of the j-th neighbour.
"""

import numpy as np
import numpy.typing as npt

from analysis.geometry.moments import Floats
from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze

KEPT = 0.9  # share of the smallest ratios that TwoNN is fitted on
TIED, ROUNDING = 0.05, 1e-5  # share of samples with two nearest at one distance, up to rounding, that is too many
EVEN = "Each sample's neighbours are all equally far from it, so distances do not grow."


def must_have_distances(neighbors: KnnGraph) -> None:
    """CannotAnalyze for a graph whose distances are none, or too few."""
    if neighbors.metric == "dot":
        raise CannotAnalyze("Inner products are no distances, so they have no dimension; use cosine or euclidean.")
    if neighbors.k < 2:
        raise CannotAnalyze("Dimension is read from two neighbours or more; set k to 2 at least.")


def without_copies(distances: Floats) -> npt.NDArray[np.bool_]:
    """Which samples have no exact copy among their neighbours, (n,)."""
    apart: npt.NDArray[np.bool_] = distances[:, 0] > 0
    if apart.sum() < 3:
        raise CannotAnalyze(f"Only {int(apart.sum())} samples have no exact copy among their neighbours.")
    return apart


def local_dimensions(distances: Floats) -> Floats:
    """MLE of each sample from its neighbours' distances (n, k); NaN where these are all the same."""
    inverse = np.log(distances[:, -1:] / distances[:, :-1]).mean(axis=1)
    local: Floats = np.divide(1.0, inverse, out=np.full(len(inverse), np.nan), where=inverse > 0)
    return local


def tied(ratios: Floats) -> int:
    """How many samples have their two nearest at the same distance."""
    return int((ratios <= 1 + ROUNDING).sum())


def twonn(ratios: Floats) -> Floats:
    """Slope through the origin, (...), of the ratios (..., n)."""
    n = ratios.shape[-1]
    kept = max(int(n * KEPT), 2)
    x = np.log(np.sort(ratios, axis=-1)[..., :kept])
    y = -np.log(1 - np.arange(1, kept + 1) / n)
    slope: Floats = (x @ y) / np.square(x).sum(axis=-1)
    return slope


def harmonic_mean(local: Floats) -> Floats:
    """Harmonic mean, (...), of the local dimensions (..., n)."""
    mean: Floats = 1 / (1 / local).mean(axis=-1)
    return mean
