"""What recovery would make of accuracy: votes within the best radius and of the nearest, beside local consistency.

Where a radius recovers the graph exactly, the votes within it are those of the graph, so that radius-majority accuracy
is local consistency, and 1-NN accuracy is at least the strict one. Where it does not, neither need hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.alignment.apart import Floats
from analysis.alignment.found import Found
from analysis.alignment.judged import Share, mean_of
from analysis.alignment.one_nn_accuracy import value as of_nearest
from analysis.alignment.radii import Radii
from analysis.alignment.radius_majority_accuracy import value as of_radius
from analysis.alignment.votes import Votes, chance_of, count_votes, joined, row_of, votes_in
from analysis.alignment.walk import Places, blocks_within
from analysis.graph import Graph
from analysis.labels import Labels

MEANS = (1, 2, 4, 8, 16, 32, 64)  # mean neighbours within the radii of the table
BALLOTS, FEWEST = 40_000_000, 20  # votes counted for a null, and the draws it gets in any case
KEPT = 4_000_000  # pairs that are kept for it
DEALT = 97  # tells the generator apart


@dataclass(frozen=True, eq=False)
class Theorem:
    """Accuracies as shares of nodes, `name|label`; a row per label, and a row per label and radius."""

    shares: list[Share]
    table: pd.DataFrame
    radii: pd.DataFrame


def theorem_of(
    found: Found, whole: Radii, graph: Graph, labels: Sequence[Labels], *, draws: int, seed: int, notes: list[str]
) -> Theorem:
    """Accuracies within the best radius and of the nearest, over the nodes that local consistency is of."""
    best, queries = float(whole.thresholds[whole.best]), found.queries
    pairs = _pairs(found, best, float(whole.all_upto[whole.best]))
    votes = _within(found, best, pairs, labels)
    count = float(whole.all_upto[whole.best])
    if pairs is None and draws and labels and count > BALLOTS:
        notes.append("The best radius takes in so many pairs that its accuracy has no null.")
    shares, rows, radii = [], [], []
    for one, within in zip(labels, votes, strict=True):
        own = one.codes[queries]
        linked = _of(votes_in(graph, one), queries)
        asked = linked.voters > 0
        nearest, agree = found.walked.nearest[one.name], found.walked.agree[one.name]
        dealt = _dealt(one, pairs, nearest, queries, asked, draws, seed)
        if pairs is None and draws and count <= BALLOTS:
            dealt["radius_majority_accuracy"] = _dealt_again(found, best, one, asked, min(draws, FEWEST), seed)
        right = {"radius_majority_accuracy": of_radius(within, agree), "one_nn_accuracy": of_nearest(within, agree)}
        made = [
            mean_of(f"{name}|{one.name}", np.where(asked, values, np.nan), dealt[name])
            for name, values in right.items()
        ]
        shares += made
        accuracies = {name: share.value for name, share in zip(right, made, strict=True)}
        rows.append({"label": one.name, **row_of(linked), **accuracies, "chance": chance_of(one)})
        radii += [{"label": one.name, **row} for row in _by_radius(found, one, own)]
    return Theorem(shares, pd.DataFrame(rows), pd.DataFrame(radii))


def _of(votes: Votes, rows: np.ndarray) -> Votes:
    return Votes(votes.voters[rows], votes.own[rows], votes.majority[rows])


def _pairs(found: Found, best: float, count: float) -> tuple[Places, Places] | None:
    """The pairs within the best radius, where they are few enough to be kept."""
    rows, others, scores = found.walked.near
    if best <= found.within:
        there = scores <= best + found.apart.slack
        return rows[there], others[there]
    if count > KEPT:
        return None
    parts = list(
        blocks_within(found.apart, found.queries, best, lambda part, rows, others: (rows + part.start, others))
    )
    return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts])


def _within(found: Found, best: float, pairs: tuple[Places, Places] | None, labels: Sequence[Labels]) -> list[Votes]:
    """The votes within the best radius, by label."""
    queries = found.queries
    if pairs is not None:
        return [count_votes(*pairs, one.codes, one.codes[queries]) for one in labels]
    if not labels:
        return []

    def count(part: slice, rows: Places, others: Places) -> list[Votes]:
        return [count_votes(rows, others, one.codes, one.codes[queries[part]]) for one in labels]

    parts = list(blocks_within(found.apart, queries, best, count))
    return [joined(one) for one in zip(*parts, strict=True)]


def _dealt(
    labels: Labels,
    pairs: tuple[Places, Places] | None,
    nearest: Places,
    queries: np.ndarray,
    asked: np.ndarray,
    draws: int,
    seed: int,
) -> dict[str, Floats]:
    """Both accuracies with the labels shuffled among the samples that have one."""
    times = 0 if pairs is None else min(draws, max(FEWEST, BALLOTS // max(len(pairs[0]), 1)))
    by_radius, by_nearest = [], []
    for draw in range(draws if asked.any() else 0):
        codes = labels.permuted(np.random.default_rng([seed % (1 << 63), DEALT, draw])).codes
        by_nearest.append(float((codes[nearest[asked]] == codes[queries[asked]]).mean()))
        if pairs is not None and draw < times:
            votes = count_votes(*pairs, codes, codes[queries])
            by_radius.append(float(np.nan_to_num(votes.majority[asked]).mean()))
    return {"radius_majority_accuracy": np.array(by_radius), "one_nn_accuracy": np.array(by_nearest)}


def _dealt_again(found: Found, best: float, labels: Labels, asked: np.ndarray, draws: int, seed: int) -> Floats:
    """The accuracy within the best radius with the labels shuffled, the pairs too many to be kept."""
    dealt = [labels.permuted(np.random.default_rng([seed % (1 << 63), DEALT, draw])) for draw in range(draws)]
    votes = _within(found, best, None, dealt)
    return np.array([float(np.nan_to_num(one.majority[asked]).mean()) for one in votes if asked.any()])


def _by_radius(found: Found, labels: Labels, own: np.ndarray) -> list[dict[str, float]]:
    """Local consistency on the graph of all pairs within a radius, for radii of more and more neighbours."""
    rows, others, scores = found.walked.near
    ordered, m = np.sort(scores), len(own)
    table = []
    for mean in MEANS:
        if not len(ordered) or mean * m > len(ordered):
            break
        radius = ordered[mean * m - 1]
        there = scores <= radius + found.apart.slack
        votes = count_votes(rows[there], others[there], labels.codes, own)
        table.append({"radius": float(found.apart.distance(radius)), **row_of(votes)})
    return table
