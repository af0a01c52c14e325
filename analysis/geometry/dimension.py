"""How many dimensions the samples fill locally, from distances to nearest neighbours.

TwoNN reads the two nearest, MLE all k; the formulas stand in `local_dimension`. TwoNN has no answer where more than one
sample in twenty has its two nearest at the same distance: then it grows without bound.

Assumes even density within a neighbourhood. Distances are in double precision, a cosine graph's as chords.
"""

from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.words import shown, value_of
from analysis.geometry.local_dimension import (
    EVEN,
    TIED,
    harmonic_mean,
    local_dimensions,
    must_have_distances,
    tied,
    twonn,
    without_copies,
)
from analysis.geometry.near import distances_of
from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, ByPoint, Params
from analysis.result import Result
from analysis.scales import FromGraph
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

TIES = "Of {1:,} samples {0:,} have their two nearest at the same distance, so TwoNN has nothing to read."


def compute(space: EmbeddingSpace, params: Params, neighbors: KnnGraph) -> Result:
    must_have_distances(neighbors)
    apart = without_copies(distances := distances_of(space, neighbors))
    ratio, local = np.full((2, space.n), np.nan)
    ratio[apart] = distances[apart, 1] / distances[apart, 0]
    local[apart] = local_dimensions(distances[apart])
    if not (ratio[apart] > 1).any() or not np.isfinite(local).any():
        raise CannotAnalyze(EVEN)
    notes = [] if neighbors.metric == "euclidean" else ["Distances are chord lengths between unit vectors."]
    if copies := int((~apart).sum()):
        notes.append(f"{copies:,} samples with an exact copy are left out.")
    if even := int(apart.sum() - np.isfinite(local).sum()):
        notes.append(f"{even:,} samples whose neighbours are all equally far have no local dimension.")
    even = tied(ratio[apart])
    two = Number(value=None, n=int(apart.sum()), why=TIES.format(even, int(apart.sum())))
    if even <= TIED * apart.sum():
        two = Number(value=float(twonn(ratio[apart])), n=int(apart.sum()))
    return Result(
        numbers={
            "twonn": two,
            "mle": Number(value=float(harmonic_mean(local[np.isfinite(local)])), n=int(np.isfinite(local).sum())),
        },
        points={"local_dimension": local, "second_to_first": ratio},
        notes=tuple(notes),
    )


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
    scales=FromGraph(),
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
