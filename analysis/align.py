"""How a space agrees with a graph: every measure, its 95 % interval and its null, from one walk over the query nodes.

All nodes are queries up to 10,000; beyond, 5,000 drawn at random, and the notes say so. Null: graphs of the same
degrees, rewired by double edge swaps, over the same space; of the accuracies, the labels shuffled. Direction and
weights of links are not read, for a distance has neither.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.alignment.apart import Floats
from analysis.alignment.found import Found, found_of
from analysis.alignment.judged import Counted, Share, judge_counted, judge_shares, mean_of
from analysis.alignment.linked import pair_shares
from analysis.alignment.pair_lists import far_links, near_strangers
from analysis.alignment.radii import Radii
from analysis.alignment.theorem import theorem_of
from analysis.graph import Graph
from analysis.graph_plugin import Alignment
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.number import CannotAnalyze, Number
from analysis.progress import Progress, silent
from analysis.result import Result
from analysis.space import EmbeddingSpace

KS = (1, 5, 10, 25, 100)


def align(
    space: EmbeddingSpace,
    near: KnnGraph,
    graph: Graph,
    labels: Sequence[Labels],
    measures: Sequence[Alignment],
    *,
    k: int,
    draws: int,
    seed: int,
    report: Progress = silent,
) -> Result:
    """Every measure of a space and a graph; `draws` = 0 leaves intervals and nulls out.

    Numbers by name, `ndcg@10` where at k, `one_nn_accuracy|topic` where by label. Tables: `distances` (pairs by
    distance), `theorem` (accuracies beside local consistency), `radii` (that within a radius), `linked_but_far`,
    `near_but_not_linked`.
    """
    start = time.perf_counter()
    asked = [one for one in measures if one.basis != "graph"]
    try:
        if not graph.edges:
            raise CannotAnalyze(f"Graph {graph.name!r} has no link between two samples.")
        classes = [one for one in labels if one.kind == "categorical"]
        found, notes = found_of(space, near, graph, classes, asked, draws=draws, seed=seed, report=report)
        result = _judged(found, space, near, graph, classes, asked, k, draws, seed, notes)
    except CannotAnalyze as error:
        result = Result({name: Number(value=None, why=str(error)) for name in names_of(asked, labels, k)})
    seconds = time.perf_counter() - start
    numbers = {name: replace(number, seconds=seconds) for name, number in result.numbers.items()}
    return replace(result, numbers=numbers)


def names_of(asked: Sequence[Alignment], labels: Sequence[Labels], k: int) -> list[str]:
    """All the numbers that the measures have, `name|label` where by label."""
    names = []
    for one in asked:
        ks = (k,) if one.basis == "near" else KS
        more = [f"@{each}" for each in ks] if one.at_k else [""]
        names += (
            [f"{one.name}|{each.name}" for each in labels] if one.basis == "votes" else [one.name + m for m in more]
        )
    return names


def _judged(
    found: Found,
    space: EmbeddingSpace,
    near: KnnGraph,
    graph: Graph,
    labels: Sequence[Labels],
    asked: Sequence[Alignment],
    k: int,
    draws: int,
    seed: int,
    notes: list[str],
) -> Result:
    whole = found.whole
    theorem = theorem_of(found, whole, graph.symmetric, labels, draws=draws, seed=seed, notes=notes)
    shares, missing = _shares(found, near, asked, k)
    shares += pair_shares(found, space, [one for one in asked if one.basis == "links"])
    for one in asked:
        if one.basis == "votes":
            shares += [share for share in theorem.shares if share.name.partition("|")[0] == one.name]
    numbers = judge_shares(shares, draws=draws, seed=seed, notes=notes)
    numbers |= judge_counted(_counted(found, asked), found.groups, draws=draws, seed=seed, notes=notes) | missing
    ordered = {name: numbers[name] for name in names_of(asked, labels, k) if name in numbers}
    return Result(
        ordered,
        {
            "distances": _histogram(found),
            "theorem": theorem.table,
            "radii": theorem.radii,
            "linked_but_far": far_links(found),
            "near_but_not_linked": near_strangers(graph.symmetric, near),
        },
        {"recovered": np.array([whole.f1[whole.best] == 1.0])},
        _points(found, graph.n),
        tuple(notes),
    )


def _shares(found: Found, near: KnnGraph, asked: Sequence[Alignment], k: int) -> tuple[list[Share], dict[str, Number]]:
    """The numbers that are means over nodes, and the reasons of those that cannot be."""
    shares: list[Share] = []
    missing: dict[str, Number] = {}
    n = found.apart.n
    for one in asked:
        if one.basis == "near":
            if k > near.k:
                missing[f"{one.name}@{k}"] = Number(value=None, why=f"{near.k} neighbours are kept, fewer than {k}.")
                continue
            found_near = one.value(found.ranks, _shared(found, near, k), k)
            shares.append(_mean(f"{one.name}@{k}", found_near))
        elif one.basis == "ranks" and not one.at_k:
            shares.append(_mean(one.name, one.value(found.ranks)))
        elif one.basis == "ranks":
            for each in KS:
                if each >= n:
                    missing[f"{one.name}@{each}"] = Number(
                        value=None, why=f"A node has {n - 1} others, fewer than {each}."
                    )
                else:
                    shares.append(_mean(f"{one.name}@{each}", one.value(found.ranks, each)))
    return shares, missing


def _mean(name: str, contributions: Floats) -> Share:
    known = np.isfinite(contributions[1:])
    counts = known.sum(axis=1)
    sums = np.where(known, contributions[1:], 0).sum(axis=1)
    return mean_of(name, contributions[0], sums / np.maximum(counts, 1))


def _shared(found: Found, near: KnnGraph, k: int) -> Floats:
    """How many linked ones of each segment that has any are among the node's k nearest."""
    linked, n = found.drawn.linked, found.apart.n
    nearest = near.nearest(k).indices[found.queries].astype(np.int64)
    codes = np.sort((np.arange(len(nearest))[:, None] * n + nearest).ravel())
    asked = linked.rows * n + linked.others
    place = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
    segment = linked.draw.astype(np.int64) * len(found.queries) + linked.rows
    order = np.argsort(segment, kind="stable")
    return found.ranks.sums((codes[place] == asked)[order])


def _counted(found: Found, asked: Sequence[Alignment]) -> list[Counted]:
    """The numbers that hang on pairs."""
    by_radius = {one.name: _of_radii(found, one) for one in asked if one.basis == "radii"}
    nulls: dict[str, list[float]] = {name: [] for name in by_radius}
    for radii in found.by_chance() if by_radius else ():
        for name, make in by_radius.items():
            nulls[name].append(make(radii))
    n, least = len(found.queries), 0.0 if found.apart.metric != "dot" else -np.inf
    counted = [
        Counted(
            name,
            make(found.whole),
            n,
            lambda weights, make=make: make(found.radii(weights)),  # type: ignore[misc]
            np.array(nulls[name]),
            (least, np.inf) if name == "best_radius" else (0.0, 1.0),
        )
        for name, make in by_radius.items()
    ]
    return [*counted, *(_of_hops(found, one) for one in asked if one.basis == "hops")]


def _of_hops(found: Found, one: Alignment) -> Counted:
    tables = found.walked.table
    return Counted(
        one.name,
        one.value(tables.sum(axis=0)),
        len(found.queries),
        lambda weights: float(one.value(np.tensordot(weights, tables, 1))),
        found.drawn.hops,
        (-1.0, 1.0),
        why="All pairs with a way between them are as many links apart.",
    )


def _of_radii(found: Found, one: Alignment) -> Callable[[Radii], float]:
    """What a measure says of radii; the best radius as a distance."""
    if one.name == "best_radius":
        return lambda radii: float(found.apart.distance(one.value(radii)))
    return lambda radii: float(one.value(radii))


def _histogram(found: Found) -> pd.DataFrame:
    """Pairs by distance, linked ones and others, each from the queries it has."""
    upto = found.walked.spread
    every = np.diff(upto, prepend=0.0)[1:]
    every[0] += upto[0]
    linked = np.histogram(np.clip(found.own, found.edges[0], found.edges[-1]), found.edges)[0]
    ends = found.apart.distance(found.edges)
    others = np.maximum(every - linked, 0).astype(np.int64)
    return pd.DataFrame({"from": ends[:-1], "to": ends[1:], "linked": linked.astype(np.int64), "unlinked": others})


def _points(found: Found, n: int) -> dict[str, Floats]:
    """For each sample how purely its linked ones come first, and the mean distance to them; NaN where not asked."""
    ranks, linked = found.ranks, found.drawn.linked
    precision, mean = np.full(n, np.nan), np.full(n, np.nan)
    whole = ranks.spread(ranks.sums(ranks.linked_upto / ranks.upto) / ranks.degrees)[0]
    precision[found.queries] = whole
    rows = linked.rows[linked.draw == 0]
    held = np.bincount(rows, minlength=len(found.queries))
    apart = found.apart.distance(found.walked.scores[linked.draw == 0])
    total = np.bincount(rows, weights=apart, minlength=len(found.queries))
    mean[found.queries] = np.divide(total, held, out=np.full(len(held), np.nan), where=held > 0)
    return {"links_found": precision, "link_distance": mean}
