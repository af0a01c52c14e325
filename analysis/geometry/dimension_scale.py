"""How the intrinsic dimension changes with the scale it is read at: fine noise is many-dimensional, a sheet is not.

MLE among the k nearest, k from 2 to all that the graph keeps; TwoNN among random halves, quarters, eighths ... of the
samples, whose two nearest lie ever farther (Facco et al. 2017). The scale is the mean distance of the k-th (of TwoNN
the second) neighbour. Formulas: `local_dimension`; TwoNN's intervals: `thinned`; those of MLE from the spread of what
each sample contributes to the mean of 1 / dimension, stretched for shared neighbours, the more the larger k / n: on
seven simulated clouds (n = 200 to 1,000) `NEIGHBOR_STRETCH` alone was too narrow by up to 1 + 3 k / n.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.words import shown, value_of
from analysis.geometry.local_dimension import (
    EVEN,
    TIED,
    harmonic_mean,
    local_dimensions,
    must_have_distances,
    without_copies,
)
from analysis.geometry.moments import Floats
from analysis.geometry.near import measured
from analysis.geometry.thinned import DRAWS, MOST, twonn_by_share
from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze, Number
from analysis.plugin import NEIGHBOR_STRETCH, Analysis, Params
from analysis.result import Result
from analysis.scales import FromGraph
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

STEPS = 10  # sizes of the neighbourhood
UNEVEN = "{0:,} of {1:,} samples have their {2} nearest all at the same distance."
COLUMNS = ["k", "samples", "distance", "dimension", "low", "high"]


def compute(space: EmbeddingSpace, params: Params, all_neighbors: KnnGraph) -> Result:
    must_have_distances(all_neighbors)
    raw, widest = measured(space, all_neighbors), all_neighbors.k
    apart = without_copies(distances := np.sort(raw, axis=1))
    near, far = (_local(distances, apart, k) for k in (2, widest))
    if not np.isfinite(far).any():
        raise CannotAnalyze(EVEN)
    notes = [] if all_neighbors.metric == "euclidean" else ["Distances are chord lengths between unit vectors."]
    ks = np.unique(np.geomspace(2, widest, STEPS).round().astype(int))
    mle = pd.DataFrame([_row(distances, apart, int(k)) for k in ks], columns=COLUMNS, dtype=float).assign(method="MLE")
    two = twonn_by_share(space, all_neighbors, raw, np.flatnonzero(apart)).assign(method="TwoNN", k=2)
    if two["samples"].max() > MOST:
        notes.append(f"TwoNN on a share of the samples looks at {MOST:,} of it at most, {DRAWS} times.")
    if two["dimension"].isna().any():
        notes.append("TwoNN is left out where more than 5 % of samples have their two nearest at the same distance.")
    return Result(
        numbers={"mle_nearest": _number(near, apart, 2), "mle_widest": _number(far, apart, widest)},
        tables={"scales": pd.concat([mle, two])[["method", *COLUMNS]].astype({"k": int, "samples": int})},
        points={"nearest": near, "widest": far},
        notes=tuple(notes),
    )


def _local(distances: Floats, apart: npt.NDArray[np.bool_], k: int) -> Floats:
    local = np.full(len(distances), np.nan)
    local[apart] = local_dimensions(distances[apart, :k])
    return local


def _number(local: Floats, apart: npt.NDArray[np.bool_], k: int) -> Number:
    known, asked = local[np.isfinite(local)], int(apart.sum())
    if asked - len(known) > TIED * asked:
        return Number(value=None, why=UNEVEN.format(asked - len(known), asked, k))
    value = float(harmonic_mean(known))
    stretch = NEIGHBOR_STRETCH * (1 + 3 * k / asked)
    off = 1.96 * stretch * value * float(np.std(1 / known)) / np.sqrt(len(known))  # a share of 1 / value
    if off >= 1:
        return Number(value=value, n=len(known))
    return Number(value=value, n=len(known), low=value / (1 + off), high=value / (1 - off))


def _row(distances: Floats, apart: npt.NDArray[np.bool_], k: int) -> tuple[float | None, ...]:
    number = _number(_local(distances, apart, k), apart, k)
    return k, int(apart.sum()), float(distances[apart, k - 1].mean()), number.value, number.low, number.high


def figure(result: Result) -> "go.Figure":
    from analysis.figures.dimension_curve import dimension_curve

    near, far = (value_of(result, name) for name in ("mle_nearest", "mle_widest"))
    scales = result.tables["scales"]
    among = f"among the {int(scales['k'].max())} nearest"
    title = f"About {shown(far.value)} dimensions {among}"
    if near.value is not None and far.value is not None:
        verb = "falls" if far.value < near.value else "rises"
        title = f"Dimension {verb} from {shown(near.value)} among the 2 nearest to {shown(far.value)} {among}"
    return dimension_curve(scales, title=title)


ANALYSIS = Analysis(
    name="dimension_scale",
    title="Dimension and scale",
    question="Does the number of dimensions that the samples fill depend on the scale it is read at?",
    version=1,
    compute=compute,
    figure=figure,
    scales=FromGraph(also=f"TwoNN on a share of the samples looks at {MOST:,} of them at most."),
    describe={
        "mle_nearest": "Dimension among the 2 nearest, the finest scale there is (MLE; MacKay and Ghahramani).",
        "mle_widest": "Dimension among all neighbours that are kept, 50 or more where there are as many (MLE).",
    },
    points={"nearest": "dimension around each sample, finest scale", "widest": "the same, widest scale"},
    reading="Falling: fine noise on a flatter sheet, whose dimension is the widest. Rising: near-copies, or groups and"
    " curves that fill more of the space seen from afar. Above 10 both run low, the wider the lower.",
    needs=("all_neighbors",),
    rotation_invariant=True,
    scale_invariant=True,
)
