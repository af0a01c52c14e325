"""How many dimensions the samples fill locally, from distances to nearest neighbours.

TwoNN (Facco et al. 2017): the ratio m of the second to the first neighbour's distance has P(m < x) = 1 - x^-d; d is the
slope of the line through the origin fitted to (log m, -log(1 - rank / n)) by least squares, the largest 10 % left out.
No answer where more than one sample in twenty has its two nearest at the same distance: then it grows without bound.
MLE (Levina and Bickel 2004, averaged as MacKay and Ghahramani 2005 correct it): one over the mean of
log(T_k / T_j) over all samples and j < k, with T_j the distance of the j-th neighbour. Of one sample: local dimension.

Assumes even density within a neighbourhood. Distances are in double precision, a cosine graph's as chords.
"""

from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.words import shown, value_of
from analysis.geometry.moments import Floats
from analysis.geometry.near import distances_of
from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, ByPoint, Params
from analysis.result import Result
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

KEPT = 0.9  # share of the smallest ratios that TwoNN is fitted on
TIED, ROUNDING = 0.05, 1e-5  # share of samples with two nearest at one distance, up to rounding, that is too many
TIES = "Of {1:,} samples {0:,} have their two nearest at the same distance, so TwoNN has nothing to read."


def compute(space: EmbeddingSpace, params: Params, neighbors: KnnGraph) -> Result:
    if neighbors.metric == "dot":
        raise CannotAnalyze("Inner products are no distances, so they have no dimension; use cosine or euclidean.")
    if neighbors.k < 2:
        raise CannotAnalyze("Dimension is read from two neighbours or more; set k to 2 at least.")
    apart = (distances := distances_of(space, neighbors))[:, 0] > 0
    if apart.sum() < 3:
        raise CannotAnalyze(f"Only {int(apart.sum())} samples have no exact copy among their neighbours.")
    ratio, inverse, local = np.full((3, space.n), np.nan)
    ratio[apart] = distances[apart, 1] / distances[apart, 0]
    inverse[apart] = np.log(distances[apart, -1:] / distances[apart, :-1]).mean(axis=1)
    np.divide(1.0, inverse, out=local, where=inverse > 0)
    if not (ratio[apart] > 1).any() or not np.isfinite(local).any():
        raise CannotAnalyze("Each sample's neighbours are all equally far from it, so distances do not grow.")
    notes = [] if neighbors.metric == "euclidean" else ["Distances are chord lengths between unit vectors."]
    if copies := int((~apart).sum()):
        notes.append(f"{copies:,} samples with an exact copy are left out.")
    if even := int(apart.sum() - np.isfinite(local).sum()):
        notes.append(f"{even:,} samples whose neighbours are all equally far have no local dimension.")
    tied = int((ratio[apart] <= 1 + ROUNDING).sum())
    two = Number(value=None, n=int(apart.sum()), why=TIES.format(tied, int(apart.sum())))
    if tied <= TIED * apart.sum():
        two = Number(value=float(twonn(ratio[apart])), n=int(apart.sum()))
    return Result(
        numbers={
            "twonn": two,
            "mle": Number(value=float(harmonic_mean(local[np.isfinite(local)])), n=int(np.isfinite(local).sum())),
        },
        points={"local_dimension": local, "second_to_first": ratio},
        notes=tuple(notes),
    )


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


def figure(result: Result) -> "go.Figure":
    from analysis.figures.bars import histogram

    local = result.points["local_dimension"]
    two, mle = (value_of(result, name).value for name in ("twonn", "mle"))
    said = f"{shown(two)} by TwoNN" if two is not None else "TwoNN has no answer"
    most = np.nanquantile(local, 0.995)  # a few samples with almost even neighbours would flatten the rest
    return histogram(
        local[local <= most],
        title=f"The samples fill about {shown(mle)} dimensions by MLE, {said}",
        x="local dimension of a sample (the highest 0.5 % not drawn)",
    )


ANALYSIS = Analysis(
    name="dimension",
    title="Intrinsic dimension",
    question="How many dimensions do the samples fill locally?",
    version=2,
    compute=compute,
    figure=figure,
    describe={
        "twonn": "Dimension at the finest scale, from the two nearest distances (Facco et al. 2017; top 10 % cut).",
        "mle": "Dimension among the k nearest, from how fast distances grow (Levina, Bickel; MacKay and Ghahramani).",
    },
    points={
        "local_dimension": "dimension around each sample (MLE)",
        "second_to_first": "ratio of 2nd to 1st neighbour distance",
    },
    reading="Where both agree, trust either. TwoNN far lower: near-copies pull the nearest pairs together; trust MLE."
    " Far higher: fine noise, or groups smaller than k; trust neither alone. Both run low far above 10.",
    needs=("neighbors",),
    interval=ByPoint({"twonn": ("second_to_first", twonn), "mle": ("local_dimension", harmonic_mean)}),
    rotation_invariant=True,
    scale_invariant=True,
)
