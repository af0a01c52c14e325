"""What the distances between all samples are like, and whether samples of a class lie nearer to one another.

All pairs up to 50,000 samples, those among 20,000 of them beyond. `within_between_auroc`: chance that a pair of two
classes is farther than a pair of one (ties half), exactly up to 2,000 samples, from a fine histogram beyond, whose
error the notes bound; interval: infinitesimal jackknife. `contrast`: mean over samples of (farthest - nearest) /
nearest (Beyer et al. 1999), small where distances concentrate; the nearest is the kNN graph's.
"""

from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.words import cut, shown, value_of, with_interval
from analysis.geometry import pair_tables
from analysis.geometry.contrast import contrast_of
from analysis.geometry.distance_figures import AXIS, between_classes, growth, heat_map
from analysis.geometry.pair_counts import count_pairs, histogram_kept
from analysis.geometry.pairs import EXACT, SAMPLE, pairs_of, pairs_said, rows_asked
from analysis.geometry.separation import labels_dealt_anew, separation_of
from analysis.knn_graph import KnnGraph, Metric
from analysis.labels import Labels
from analysis.plugin import Analysis, Drawn, OneDraw, Params
from analysis.result import Result
from analysis.scales import OnSample
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(
    space: EmbeddingSpace, params: Params, neighbors: KnnGraph, metric: Metric, labels: Labels | None
) -> Result:
    rows, there = rows_asked(space.vectors, metric)
    order = pair_tables.order_of(rows, labels if labels and labels.kind == "categorical" else None)
    pairs = pairs_of(space.vectors[order.rows], metric)
    counted = count_pairs(pairs, order.codes, order.cells)
    separation, said = separation_of(pairs, counted, order, labels)
    nearest = neighbors.distances[order.rows, 0].astype(np.float64)
    contrast, spread = contrast_of(counted.farthest, nearest, metric)
    points = {"mean_distance": counted.sums.sum(axis=1) / (len(rows) - 1), "contrast": spread}
    tables = {
        "farthest_pairs": pair_tables.farthest_pairs(space, order.rows, counted.farthest, metric),
        "nearest_pairs": pair_tables.nearest_pairs(space, neighbors),
        "growth": pair_tables.growth(neighbors),
    }
    arrays = histogram_kept(pairs, counted) | {"heat_map": pair_tables.heat_map(order, counted.sums)}
    if order.classes:
        tables["classes"] = pair_tables.by_class(order, counted.sums)
        points["nearest_other_class"] = pair_tables.nearest_class(order, counted.sums)
        arrays |= {"label": np.array([labels.name if labels else ""]), "heat_map_of": np.array(order.cell_names)}
    notes = [pairs_said(len(rows), there), *said]
    if there < space.n:
        notes.append(f"{space.n - there:,} zero vectors have no direction and no cosine distance.")
    if metric != "dot" and (copies := int(np.isnan(spread).sum())):
        notes.append(f"{copies:,} samples with a copy, up to rounding, have no contrast.")
    return Result(
        {"within_between_auroc": separation, "contrast": contrast},
        tables,
        arrays | {"metric": np.array([metric])},
        {name: order.scattered(values, space.n) for name, values in points.items()},
        tuple(notes),
    )


def at_random(
    space: EmbeddingSpace, params: Params, neighbors: KnnGraph, metric: Metric, labels: Labels | None
) -> OneDraw:
    return labels_dealt_anew(space, metric, labels)


def figure(result: Result) -> "go.Figure":
    from analysis.figures.densities import densities

    arrays, number = result.arrays, value_of(result, "within_between_auroc")
    contrast = value_of(result, "contrast").value
    title = f"Distances between {shown(arrays['edges'][0])} and {shown(arrays['edges'][-1])}"
    if contrast is not None:
        title = f"A sample's farthest is {shown(contrast + 1)} times as far as its nearest"
    kinds = {"all pairs": arrays["all"]}
    if number.value is not None:
        label = cut(arrays["label"][0], 30)
        kinds = {f"same {label}": arrays["within"], f"another {label}": arrays["between"]}
        title = f"Another {label} is farther than the same in {with_interval(number)} of cases (chance 0.5)"
    metric = str(arrays["metric"][0])
    return densities(kinds, arrays["edges"], title=title, x=f"{AXIS[metric]} of a pair of samples", y="density")


ANALYSIS = Analysis(
    name="distances",
    title="Distances",
    question="What are the distances of this space like?",
    version=1,
    compute=compute,
    figure=figure,
    scales=OnSample(EXACT, SAMPLE),
    describe={
        "within_between_auroc": "Chance that two samples of different labels are farther apart than two of one label.",
        "contrast": "Mean of (farthest − nearest) / nearest over the samples: small where distances concentrate.",
    },
    points={
        "mean_distance": "mean distance to all others",
        "contrast": "farthest over nearest",
        "nearest_other_class": "distance to the nearest other class",
    },
    figures={"heat_map": heat_map, "classes": between_classes, "growth": growth},
    samples={"farthest_pairs": ("row_a", "row_b"), "nearest_pairs": ("row_a", "row_b")},
    reading="The separation's interval is an infinitesimal jackknife's. Contrast has none: it hangs on the few farthest"
    " samples, of which one space says little.",
    needs=("neighbors", "labels?", "metric"),
    null=Drawn(draw=at_random, what="the labels shuffled among the samples, which gives 0.5 on average."),
    rotation_invariant=True,
    scale_invariant=True,
)
