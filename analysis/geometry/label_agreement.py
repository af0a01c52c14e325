"""Whether neighbours share a label.

Classes: leave-one-out accuracy of the majority of each sample's k nearest; m classes that tie for the lead count 1/m.
Numbers: Spearman correlation of a sample's value with the mean of its neighbours'. Samples without a label neither ask
nor vote. Intervals: Wilson's, and Fisher's z with Bonett and Wright's variance, both stretched for shared neighbours.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.words import cut, shown, value_of, with_interval
from analysis.geometry.agreement_tables import by_class, by_value, confusions, left_out
from analysis.geometry.votes import count_votes, neighbor_means, rank_correlation_interval, share_interval
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, Params, Permuted
from analysis.result import Result
from analysis.scales import FromGraph
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go


def compute(space: EmbeddingSpace, params: Params, neighbors: KnnGraph, labels: Labels) -> Result:
    result = (_classes if labels.kind == "categorical" else _values)(neighbors, labels)
    asked = next(iter(result.numbers.values())).n or 0
    named = {"label": np.array([labels.name]), "neighbors": np.array([neighbors.k])}
    return replace(result, arrays=named, notes=left_out(labels, asked))


def _classes(neighbors: KnnGraph, labels: Labels) -> Result:
    if (classes := len(np.unique(labels.codes[labels.known]))) < 2:
        what = ("no labelled sample", "one class")[classes]
        raise CannotAnalyze(f"Label {labels.name!r} has {what}, so there is nothing to tell apart.", "knn_accuracy")
    votes = count_votes(labels.codes, neighbors.indices)
    asked = labels.known & (votes.voters > 0)
    if not asked.any():
        raise CannotAnalyze(f"No neighbour of a labelled sample has a label {labels.name!r}.", "knn_accuracy")
    n, own, accuracy = int(asked.sum()), labels.codes[asked], float(votes.credit[asked].mean())
    low, high = share_interval(accuracy, n)
    return Result(
        numbers={"knn_accuracy": Number(value=accuracy, n=n, low=float(low), high=float(high))},
        tables={
            "classes": by_class(labels.classes, own, votes.credit[asked]),
            "confusions": confusions(labels.classes, own, votes.leader[asked]),
        },
        points={
            "agreement": np.where(asked, votes.own / np.maximum(votes.voters, 1), np.nan),
            "correct": np.where(asked, votes.credit, np.nan),
        },
    )


def _values(neighbors: KnnGraph, labels: Labels) -> Result:
    from scipy.stats import rankdata

    asked = labels.known & np.isfinite(around := neighbor_means(labels.values, neighbors.indices))
    n, own, means = int(asked.sum()), labels.values[asked], around[asked]
    if n < 4 or np.ptp(own) == 0 or np.ptp(means) == 0:
        raise CannotAnalyze(f"Label {labels.name!r} does not vary among the {n} samples asked.", "knn_spearman")
    ranks, mean_ranks = rankdata(own), rankdata(means)
    rho = float(np.corrcoef(ranks, mean_ranks)[0, 1])
    low, high = rank_correlation_interval(rho, n)
    agreement = np.full(len(asked), np.nan)
    agreement[asked] = 1 - np.abs(ranks - mean_ranks) / n
    return Result(
        numbers={"knn_spearman": Number(value=rho, n=n, low=low, high=high)},
        tables={"by_value": by_value(own, means)},
        points={"agreement": agreement, "neighbors_mean": around},
    )


def figure(result: Result) -> "go.Figure":
    from analysis.figures.bars import bars
    from analysis.figures.curve import curve

    label, k = cut(result.arrays["label"][0], 30), int(result.arrays["neighbors"][0])
    number = value_of(result, "knn_accuracy" if "classes" in result.tables else "knn_spearman")
    chance = "" if number.null_mean is None else f"; by chance {shown(number.null_mean)}"
    if "classes" in result.tables:
        return bars(
            result.tables["classes"],
            name="label",
            value="accuracy",
            title=f"The commonest {label} among {k} neighbours is right for {with_interval(number)} of samples{chance}",
            x="share of the class that its neighbours get right, largest class first",
            chance=number.null_mean,
        )
    table = result.tables["by_value"]
    return curve(
        table["value"].to_numpy(),
        table["neighbors_mean"].to_numpy(),
        title=f"{label} against its mean over {k} neighbours: rank correlation {with_interval(number)}{chance}",
        x_title=f"{label} of a sample",
        y_title=f"mean {label} of its neighbours (median, quartiles)",
        band=(table["low"].to_numpy(), table["high"].to_numpy()),
    )


ANALYSIS = Analysis(
    name="label_agreement",
    title="Label agreement",
    question="Do neighbours share a label?",
    version=1,
    compute=compute,
    figure=figure,
    scales=FromGraph(),
    describe={
        "knn_accuracy": "Share of samples whose class leads among their k nearest (leave-one-out; m tied count 1/m)."
        " A task's nearest neighbours vote from its training samples alone.",
        "knn_spearman": "Rank correlation of a sample's value with the mean of its k nearest neighbours'.",
    },
    points={"agreement": "neighbours' agreement", "correct": "kNN vote is right", "neighbors_mean": "neighbours' mean"},
    needs=("neighbors", "labels"),
    null=Permuted(),
    at_k=True,
    rotation_invariant=True,
    scale_invariant=True,
)
