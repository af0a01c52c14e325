"""The links of a graph and of graphs rewired by chance, as a walk reads them; and what hops are worth by chance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.alignment.apart import Apart, Floats, Rows
from analysis.alignment.hop_correlation import value as hop_correlation
from analysis.alignment.hopped import BINS, Binned, counted
from analysis.alignment.walk import Linked, Places
from analysis.cores import on_each_core
from analysis.graph import Graph, of_pairs
from analysis.graphs.hops import MOST_HOPS, SOURCES, hops_from
from analysis.graphs.rewired import rewired

LINKS, FEWEST = 10_000_000, 200  # linked pairs that are ranked for a null; query nodes it reads in any case
REWIRED, FEWEST_DRAWS = 25_000_000, 50  # links rewired in all, and the draws that are made in any case
WORDS = 4  # of sources, for hops by chance
NULLS = 71  # tells the generator apart


@dataclass(frozen=True, eq=False)
class Drawn:
    """Linked pairs of the graph, draw 0, and of the rewired ones; each draw's hop correlation, if asked.

    `queries`: how many of the queries, the first ones, rewired graphs are read at.
    """

    linked: Linked
    draws: int
    hops: Floats
    queries: int


def null_draws(draws: int, links: int) -> int:
    """How many graphs are rewired: all that are asked for, fewer where each has many links."""
    return min(draws, max(FEWEST_DRAWS, REWIRED // max(links, 1)))


def drawn(
    graph: Graph,
    queries: Rows,
    apart: Apart,
    hops: Binned | None,
    *,
    draws: int,
    seed: int,
    report: Callable[[int], None],
) -> Drawn:
    """Rewire a symmetric graph so many times; keep each draw's links of the queries."""
    degree = float(graph.degrees[queries].mean())
    some = min(len(queries), max(FEWEST, round(LINKS / max(draws * degree, 1))))
    place, first = np.full((2, graph.n), -1, np.int64)
    place[queries] = np.arange(len(queries))
    first[queries[:some]] = np.arange(some)
    pairs = graph.pairs
    sources = queries[: WORDS * SOURCES]
    places = None if hops is None or not draws else hops.places(apart.scores(sources))

    def one(draw: int) -> tuple[Places, Places, float]:
        rng = np.random.default_rng([seed % (1 << 63), NULLS, draw])
        made = rewired(pairs, graph.n, rng)
        found = np.nan if places is None else _by_hops(of_pairs(made, graph.n), sources, places)
        return *_of_queries(made, first), found

    rows, others = _of_queries(pairs, place)
    parts, correlations = [(rows, others)], []
    for number, (rows, others, correlation) in enumerate(on_each_core(one, range(draws))):
        report(number)
        parts.append((rows, others))
        correlations.append(correlation)
    draw = np.repeat(np.arange(len(parts), dtype=np.int16), [len(rows) for rows, _ in parts])
    whole = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(whole, kind="stable")
    ends = np.concatenate([others for _, others in parts])[order].astype(np.int32)
    whole = whole[order]
    begins = np.searchsorted(whole, np.arange(len(queries) + 1))
    return Drawn(Linked(whole, ends, draw[order], begins), len(parts), np.array(correlations), some)


def _of_queries(pairs: Places, place: Places) -> tuple[Places, Places]:
    """Both directions of the pairs that begin at a query, by its place."""
    rows, others = np.concatenate([pairs, pairs[:, ::-1]]).T
    asked = place[rows] >= 0
    return place[rows[asked]], others[asked]


def _by_hops(graph: Graph, sources: Rows, places: np.ndarray) -> float:
    table = np.zeros((MOST_HOPS + 1) * BINS)
    for at in range(0, len(sources), SOURCES):
        hops = hops_from(graph, sources[at : at + SOURCES])[0]
        there = hops > 0
        found = counted(hops[there], places[at : at + SOURCES][there])
        table[: len(found)] += found
    return hop_correlation(table.reshape(-1, BINS))
