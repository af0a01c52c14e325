"""Whether pairs of two classes are farther apart than pairs of one: the number, its interval, its error, its null."""

from collections.abc import Mapping

import numpy as np

from analysis.figures.words import shown
from analysis.geometry.pair_counts import Counted, auroc, logit_interval, standard_error
from analysis.geometry.pair_ranks import dealt, exact_auroc, pair_numbers, rank_matrix
from analysis.geometry.pair_tables import Order
from analysis.geometry.pairs import DOUBLE, Pairs, comparable, pairs_of, some_rows
from analysis.knn_graph import Metric
from analysis.labels import Labels
from analysis.number import Number
from analysis.plugin import OneDraw
from analysis.space import EmbeddingSpace

NAME = "within_between_auroc"


def separation_of(
    pairs: Pairs, counted: Counted, order: Order, labels: Labels | None
) -> tuple[Number, tuple[str, ...]]:
    """The number, and what is to be said of it."""
    if why := _unanswerable(order, labels):
        return Number(value=None, why=why), ()
    known = int((order.codes >= 0).sum())
    value, error = auroc(counted.within, counted.between)
    spread = standard_error(pairs, counted, order.codes, value)
    notes = [f"{NAME} is read from the histogram and at most {shown(error)} off for that."]
    if known <= DOUBLE and pairs.n <= DOUBLE:
        value, notes = exact_auroc(rank_matrix(pairs.among(slice(0, known))), order.codes[:known]), []
    if known < pairs.n:
        notes.append(f"{pairs.n - known:,} samples without a label are in neither histogram of pairs by label.")
    low, high = logit_interval(value, spread)
    return Number(value=value, n=known, low=low, high=high), tuple(notes)


def _unanswerable(order: Order, labels: Labels | None) -> str:
    if labels is None:
        return "The samples have no label column, so no pairs are within or between classes."
    if labels.kind == "numeric":
        return f"Label {labels.name!r} holds numbers; within and between are about classes."
    inside, outside = pair_numbers(order.codes)
    if not outside:
        what = "one class" if order.classes else "no labelled sample"
        return f"Label {labels.name!r} has {what}, so there is nothing to tell apart."
    return "" if inside else f"No two samples share a label {labels.name!r}, so no pair is within a class."


def labels_dealt_anew(space: EmbeddingSpace, metric: Metric, labels: Labels | None) -> OneDraw:
    """Draws of the number under chance, from the ranks of all pairs of up to DOUBLE samples."""
    if labels is None or labels.kind == "numeric":
        return lambda rng: {}
    there = np.flatnonzero(comparable(space.vectors, metric) & labels.known)
    rows = there[some_rows(len(there), DOUBLE)]
    codes = np.unique(labels.codes[rows], return_inverse=True)[1]
    inside, outside = pair_numbers(codes)
    if not inside or not outside:
        return lambda rng: {}
    draw = dealt(rank_matrix(pairs_of(space.vectors[rows], metric)), codes, len(there))

    def one(rng: np.random.Generator) -> Mapping[str, float]:
        return {NAME: draw(rng)}

    return one
