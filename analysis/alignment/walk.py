"""One walk over the query nodes: each one's distances to all others, ordered once, read for all that is asked.

A block of queries at a time and never all pairs at once. Blocks fall into groups of random queries, by which what is
counted over pairs is kept, so that intervals can be drawn without a second walk.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from analysis.alignment.apart import Apart, Floats, Rows, Scores
from analysis.alignment.hopped import Binned
from analysis.cores import on_each_core
from analysis.graph import Graph
from analysis.graphs.hops import MOST_HOPS, SOURCES, hops_from
from analysis.labels import Labels

Places = npt.NDArray[np.int64]
Made = TypeVar("Made")
GROUPS = 40


@dataclass(frozen=True, eq=False)
class Linked:
    """Linked pairs of all draws, (m,), ordered by query: its place among the queries, the other's row, the draw."""

    rows: Places
    others: npt.NDArray[np.int32]
    draw: npt.NDArray[np.int16]
    begins: Places  # (queries + 1,)


@dataclass(frozen=True, eq=False)
class Asked:
    """What a walk reads: thresholds and edges of bins as scores; the radius within which pairs are kept."""

    queries: Rows
    linked: Linked
    thresholds: Floats
    edges: Floats
    within: float
    labels: Sequence[Labels]
    hops: Binned | None
    graph: Graph


@dataclass(eq=False)
class Walked:
    """What a walk found: of linked pairs their ranks and scores; counts by group; the nearest; pairs that are near."""

    less: Places
    upto: Places
    scores: Floats
    all_less: Floats  # (groups, thresholds)
    all_upto: Floats
    spread: Floats  # pairs up to each edge of the bins
    group: Places  # of each query
    table: Floats  # (groups, hops, bins)
    cut: bool = False  # whether some pairs were too many hops apart
    nearest: dict[str, Places] = field(default_factory=dict)  # row of the nearest labelled one
    agree: dict[str, Floats] = field(default_factory=dict)  # share of the nearest labelled ones with the own class
    near: tuple[Places, Places, Floats] = field(default_factory=lambda: _none())  # query, other, score


def _none() -> tuple[Places, Places, Floats]:
    return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)


def block_size(queries: int) -> int:
    """Queries of a block: small enough that groups have blocks, and that a block's bits fit a word."""
    return max(1, min(SOURCES, -(-queries // GROUPS)))


@dataclass(frozen=True, eq=False)
class _Block:
    part: slice
    less: Places
    upto: Places
    scores: Floats
    counts: Places
    spread: Places
    table: Places | None
    cut: bool
    nearest: Mapping[str, Places]
    agree: Mapping[str, Floats]
    near: tuple[Places, Places, Floats]


def walk(apart: Apart, asked: Asked, report: Callable[[int, int], None]) -> Walked:
    """Walk over the queries; `report` is told how many blocks are done."""
    count, m, t = len(asked.queries), len(asked.linked.others), len(asked.thresholds)
    size = block_size(count)
    parts = [slice(at, min(at + size, count)) for at in range(0, count, size)]
    bins = 0 if asked.hops is None else asked.hops.bins
    found = Walked(
        np.zeros(m, np.int64),
        np.zeros(m, np.int64),
        np.zeros(m),
        np.zeros((GROUPS, t)),
        np.zeros((GROUPS, t)),
        np.zeros(len(asked.edges)),
        np.arange(count) // size % GROUPS,
        np.zeros((GROUPS, (MOST_HOPS + 1) * bins)),
    )
    found.nearest = {one.name: np.full(count, -1, np.int64) for one in asked.labels}
    found.agree = {one.name: np.full(count, np.nan) for one in asked.labels}
    near: list[tuple[Places, Places, Floats]] = []
    for number, block in enumerate(on_each_core(lambda part: _block(apart, asked, part), parts)):
        report(number, len(parts))
        group = number % GROUPS
        held = slice(asked.linked.begins[block.part.start], asked.linked.begins[block.part.stop])
        found.less[held], found.upto[held], found.scores[held] = block.less, block.upto, block.scores
        found.all_less[group] += block.counts[0]
        found.all_upto[group] += block.counts[1]
        found.spread += block.spread
        found.cut |= block.cut
        if block.table is not None:
            found.table[group, : len(block.table)] += block.table
        for name in found.nearest:
            found.nearest[name][block.part] = block.nearest[name]
            found.agree[name][block.part] = block.agree[name]
        near.append(block.near)
    found.near = tuple(np.concatenate(one) for one in zip(*near, strict=True)) if near else _none()  # type: ignore[assignment]
    found.table = found.table.reshape(GROUPS, MOST_HOPS + 1, bins)
    return found


def _block(apart: Apart, asked: Asked, part: slice) -> _Block:
    queries, slack = asked.queries[part], apart.slack
    scores = apart.scores(queries)
    ordered = np.sort(scores, axis=1)
    begins = asked.linked.begins[part.start : part.stop + 1]
    first, others = int(begins[0]), asked.linked.others
    less, upto = (np.empty(int(begins[-1]) - first, np.int64) for _ in range(2))
    at = np.empty(len(less))
    counts, spread = np.zeros((2, len(asked.thresholds)), np.int64), np.zeros(len(asked.edges), np.int64)
    lower, upper = ((asked.thresholds + step).astype(ordered.dtype) for step in (-slack, slack))
    edges = asked.edges.astype(ordered.dtype)
    for row, line in enumerate(ordered):
        held = slice(int(begins[row]) - first, int(begins[row + 1]) - first)
        own = scores[row, others[begins[row] : begins[row + 1]]]
        at[held] = own
        less[held] = line.searchsorted(own - line.dtype.type(slack), "left")
        upto[held] = line.searchsorted(own + line.dtype.type(slack), "right")
        counts[0] += line.searchsorted(lower, "left")
        counts[1] += line.searchsorted(upper, "right")
        spread += line.searchsorted(edges, "right")
    table, cut = None, False
    if asked.hops is not None:
        apart_by, cut = hops_from(asked.graph, queries)
        table = asked.hops.table(scores, apart_by)
    found = {one.name: _nearest(scores, ordered[:, 0], queries, one, slack) for one in asked.labels}
    rows, columns = np.nonzero(scores <= asked.within + slack)
    return _Block(
        part,
        less,
        upto,
        at,
        counts,
        spread,
        table,
        cut,
        {name: one[0] for name, one in found.items()},
        {name: one[1] for name, one in found.items()},
        (rows + part.start, columns, scores[rows, columns].astype(np.float64)),
    )


def _nearest(scores: Scores, lowest: Scores, queries: Rows, labels: Labels, slack: float) -> tuple[Places, Floats]:
    """The first of the nearest labelled ones of each query, and the share of them that has its class."""
    if not labels.known.all():
        scores = np.where(labels.known, scores, np.inf)
        lowest = scores.min(axis=1)
    if not np.isfinite(lowest).all():  # nobody else has a label
        return np.full(len(queries), -1), np.full(len(queries), np.nan)
    rows, columns = np.nonzero(scores <= lowest[:, None] + slack)
    tied = np.bincount(rows, minlength=len(queries))
    same = labels.codes[columns] == labels.codes[queries[rows]]
    share = np.bincount(rows, weights=same, minlength=len(queries)) / tied
    first = columns[np.flatnonzero(np.diff(rows, prepend=-1))]
    return first, np.where(labels.known[queries], share, np.nan)


def blocks_within(
    apart: Apart, queries: Rows, score: float, make: Callable[[slice, Places, Places], Made]
) -> Iterator[Made]:
    """What is made of the pairs no farther apart, a block of queries at a time: which those are, each pair's place
    among them, and the other sample.
    """
    size = block_size(len(queries))

    def found(at: int) -> Made:
        part = slice(at, min(at + size, len(queries)))
        rows, columns = np.nonzero(apart.scores(queries[part]) <= score + apart.slack)
        return make(part, rows, columns)

    return on_each_core(found, range(0, len(queries), size))
