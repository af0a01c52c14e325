"""What a graph is like by itself: its card, and how far its links agree with a column of classes.

Null of local consistency and homophily: graphs of the same degrees, rewired, with the same labels.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.alignment.chance import FEWEST_DRAWS, REWIRED
from analysis.alignment.judged import NODES, PAIRS, Share, judge_shares
from analysis.alignment.votes import Votes, chance_of, count_votes, joined, row_of, votes_in
from analysis.cores import on_each_core
from analysis.graph import Graph, of_pairs
from analysis.graph_plugin import Alignment
from analysis.graphs.components import components
from analysis.graphs.hops import SOURCES, hops_from
from analysis.graphs.rewired import rewired
from analysis.labels import Labels
from analysis.number import Number
from analysis.progress import Progress, silent
from analysis.result import Result

HETEROPHILOUS = 0.3  # homophily below which links say little of labels
HOPS = 5
NODES_ASKED, REACHED = 2000, 50_000_000  # nodes whose wider surroundings are asked, and how much these may hold
DEALT = 79  # tells the generator apart


def card(graph: Graph) -> Result:
    """Counts of a graph: links, degrees, pieces, nodes alone, and what was dropped."""
    whole, pieces = graph.symmetric, components(graph)
    degrees = whole.degrees
    sizes = np.bincount(pieces)
    counts = {
        "nodes": graph.n,
        "edges": graph.edges,
        "isolated": int((degrees == 0).sum()),
        "components": len(sizes),
        "largest_component": int(sizes.max()),
        **{name: graph.counts.get(name, 0) for name in ("loops", "repeats", "unknown")},
    }
    numbers = {name: Number(value=float(value), n=graph.n) for name, value in counts.items()}
    numbers["mean_degree"] = Number(value=float(degrees.mean()), n=graph.n)
    numbers["largest_degree"] = Number(value=float(degrees.max()), n=graph.n)
    held, nodes = np.unique(degrees, return_counts=True)
    notes = list(graph.notes)
    if graph.directed:
        notes.append("Directed: the card counts neighbours both ways, and so do all measures of agreement.")
    if graph.weights is not None:
        notes.append("Weights are kept; the measures of agreement do not read them.")
    sized, pieces_of = np.unique(sizes, return_counts=True)
    tables = {
        "degrees": pd.DataFrame({"degree": held, "nodes": nodes}),
        "components": pd.DataFrame({"size": sized, "components": pieces_of}),
    }
    return Result(numbers, tables, points={"degree": degrees.astype(np.float64)}, notes=tuple(notes))


def agreement(
    graph: Graph, labels: Labels, measures: Sequence[Alignment], *, draws: int, seed: int, report: Progress = silent
) -> Result:
    """Local consistency and homophily of a column of classes over a graph, and over wider and wider surroundings."""
    whole, chance = graph.symmetric, chance_of(labels)
    asked = [one for one in measures if one.basis == "graph"]
    votes, notes = votes_in(whole, labels), list[str]()
    if not np.nansum(votes.voters):
        why = f"Graph {graph.name!r} has no link between two samples with a {labels.name}."
        return Result({one.name: Number(value=None, why=why) for one in asked})
    times = min(draws, max(FEWEST_DRAWS, REWIRED // whole.edges))
    nulls = _nulls(whole, labels, asked, chance, times, seed, report) if asked else {}
    shares, why = [], f"All samples share one {labels.name}, so there is nothing beyond chance."
    for one in asked:
        above, below = one.value(votes, chance)
        stretch = PAIRS if one.name == "homophily" else NODES
        ends = (-np.inf if one.name == "lc_adjusted" else 0.0, 1.0)
        shares.append(Share(one.name, np.nan_to_num(above), np.nan_to_num(below), nulls[one.name], stretch, ends, why))
    numbers = judge_shares(shares, draws=draws, seed=seed, notes=notes)
    alone = int((labels.known & (whole.degrees == 0)).sum())
    if alone:
        nodes = "1 labelled node without a link is" if alone == 1 else f"{alone:,} labelled nodes without a link are"
        notes.append(f"{nodes} left out.")
    if times < draws:
        notes.append(f"Chance is of {times} rewired graphs.")
    if said := heterophily(graph.name, labels.name, numbers.get("homophily")):
        notes.insert(0, said)
    table = _surroundings(whole, labels, seed)
    arrays = {"chance": np.array([chance])}
    return Result(numbers, {"hops": table}, arrays, {"local_consistency": votes.majority}, tuple(notes))


def heterophily(graph: str, label: str, homophily: Number | None) -> str:
    """The sentence that warns of a graph whose links do not join equals; empty where they do."""
    if homophily is None or homophily.value is None:
        return ""
    below = homophily.null_low is not None and homophily.value < homophily.null_low
    if homophily.value >= HETEROPHILOUS and not below:
        return ""
    why = "fewer than by chance" if below else f"under {HETEROPHILOUS:.0%}"
    return (
        f"Heterophilous: {homophily.value:.1%} of the links of {graph!r} join two of the same {label}, {why}. A space"
        f" that agrees with this graph does not by that agree with {label}."
    )


def _nulls(
    graph: Graph, labels: Labels, asked: Sequence[Alignment], chance: float, draws: int, seed: int, report: Progress
) -> dict[str, np.ndarray]:
    pairs = graph.pairs

    def one(draw: int) -> list[float]:
        rng = np.random.default_rng([seed % (1 << 63), DEALT, draw])
        votes = votes_in(of_pairs(rewired(pairs, graph.n, rng), graph.n), labels)
        sums = [[np.nansum(side) for side in measure.value(votes, chance)] for measure in asked]
        return [float(above / below) if below > 0 else float("nan") for above, below in sums]

    found = []
    for number, values in enumerate(on_each_core(one, range(draws))):
        report(number, draws, f"{graph.name}: chance")
        found.append(values)
    table = np.array(found).reshape(draws, len(asked))
    return {measure.name: table[:, at] for at, measure in enumerate(asked)}


def _surroundings(graph: Graph, labels: Labels, seed: int) -> pd.DataFrame:
    """Local consistency of all within r links, for each r; of some nodes where there are many."""
    most = max(SOURCES, min(NODES_ASKED, REACHED // graph.n))
    order = np.random.default_rng([seed % (1 << 63), DEALT]).permutation(graph.n)[:most]
    found: dict[int, list[Votes]] = {r: [] for r in range(1, HOPS + 1)}
    for at in range(0, len(order), SOURCES):
        nodes = order[at : at + SOURCES]
        hops = hops_from(graph, nodes, most=HOPS)[0]
        rows, columns = np.nonzero(hops)
        away = hops[rows, columns]
        for r, votes in found.items():
            there = away <= r
            votes.append(count_votes(rows[there], columns[there], labels.codes, labels.codes[nodes]))
    return pd.DataFrame([{"hops": r, **row_of(joined(votes))} for r, votes in found.items()])
