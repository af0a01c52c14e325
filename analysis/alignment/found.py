"""What all measures of a space and a graph are made of, found once: queries, links, chance, and the walk over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.alignment.apart import Apart, Floats, Rows, apart_of
from analysis.alignment.chance import Drawn, drawn, null_draws
from analysis.alignment.hopped import Binned, binned
from analysis.alignment.radii import Radii
from analysis.alignment.ranks import Ranks, ranks_of
from analysis.alignment.walk import GROUPS, Asked, Walked, walk
from analysis.graph import Graph
from analysis.graph_plugin import Alignment
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.number import CannotAnalyze
from analysis.progress import Progress
from analysis.space import EmbeddingSpace

EXACT, SAMPLE = 10_000, 5_000  # nodes up to which all are queries, and how many are beyond
PROBED = 64  # queries whose distances tell where bins and radii lie
THRESHOLDS, BY_CHANCE = 8192, 1024  # scores at which pairs are counted
WIDEST = 64  # mean neighbours within which pairs are kept
BINS = 240  # of the figure


@dataclass(frozen=True, eq=False)
class Found:
    """All that the measures are made of."""

    walked: Walked
    ranks: Ranks
    drawn: Drawn
    thresholds: Floats
    apart: Apart
    queries: Rows
    own: Floats  # scores of the graph's own linked pairs, ascending, and the group of their queries
    own_group: Rows
    edges: Floats  # of the bins of the figure, as scores
    within: float  # the score up to which pairs were kept
    _latest: dict[str, Any] = field(default_factory=dict)

    def radii(self, weights: Floats) -> Radii:
        """The pairs where each group of queries counts so many times."""
        key = weights.tobytes()
        if self._latest.get("key") != key:
            less, upto = weights @ self.walked.all_less, weights @ self.walked.all_upto
            sizes = np.bincount(self.walked.group, minlength=GROUPS) * (self.apart.n - 1)
            held = weights[self.own_group]
            made = Radii(self.thresholds, less, upto, float(weights @ sizes), self.own, held, self.apart.slack)
            self._latest.update(key=key, radii=made)
        found: Radii = self._latest["radii"]
        return found

    @property
    def whole(self) -> Radii:
        """The pairs of all queries."""
        return self.radii(np.ones(GROUPS))

    @property
    def groups(self) -> int:
        """How many groups of queries there are."""
        return int(self.walked.group.max()) + 1

    def by_chance(self) -> Iterator[Radii]:
        """The pairs with the links of each rewired graph, which are those of fewer queries and count for all."""
        linked, whole = self.drawn.linked, self.whole
        order = np.argsort(linked.draw, kind="stable")
        ends = np.cumsum(np.bincount(linked.draw, minlength=self.drawn.draws))
        counts = len(self.queries) / self.drawn.queries
        for start, stop in pairwise(ends):
            scores = np.sort(self.walked.scores[order[start:stop]])
            yield replace(whole, linked=scores, weights=np.full(len(scores), counts))


def queries_of(n: int, seed: int) -> Rows:
    """All nodes in random order, or a sample of them where they are many."""
    order = np.random.default_rng([seed % (1 << 63), 83]).permutation(n)
    return order if n <= EXACT else order[:SAMPLE]


def found_of(
    space: EmbeddingSpace,
    near: KnnGraph,
    graph: Graph,
    labels: Sequence[Labels],
    asked: Sequence[Alignment],
    *,
    draws: int,
    seed: int,
    report: Progress,
) -> tuple[Found, list[str]]:
    """Walk over the queries of a space and a graph; also sentences on what was sampled."""
    whole, apart = graph.symmetric, apart_of(space.vectors, near.metric)
    queries, notes, of = queries_of(space.n, seed), list[str](), f"{space.name} and {graph.name}"
    if len(queries) < space.n:
        notes.append(f"Over {len(queries):,} of {space.n:,} nodes, drawn at random, each against all others.")
    if not whole.degrees[queries].any():
        raise CannotAnalyze(f"None of the {len(queries):,} query nodes has a link in {graph.name!r}.")
    probe = apart.scores(queries[:PROBED])
    scores = np.sort(probe[np.isfinite(probe)]).astype(np.float64)
    hops: Binned | None = binned(scores) if any(one.basis == "hops" for one in asked) else None
    times = null_draws(draws, whole.edges)
    made = drawn(
        whole, queries, apart, hops, draws=times, seed=seed, report=lambda done: report(done, times, f"{of}: chance")
    )
    thresholds, thinned = _thresholds(made, apart, queries, seed)
    if thinned:
        notes.append(f"Radius and link AUROC are read at {len(thresholds):,} of the distances of linked pairs.")
    if times < draws:
        notes.append(f"Chance is of {times} rewired graphs.")
    edges = np.linspace(scores[0], scores[-1], BINS + 1)
    share = min(1.0, WIDEST / max(space.n - 1, 1))
    classes = [one for one in labels if one.kind == "categorical"]
    what = Asked(queries, made.linked, thresholds, edges, float(np.quantile(scores, share)), classes, hops, whole)
    walked = walk(apart, what, lambda done, total: report(done, total, f"{of}: distances"))
    linked = made.linked
    ranks = ranks_of(walked.less, walked.upto, linked.rows, linked.draw, draws=made.draws, queries=len(queries))
    own = linked.draw == 0
    if walked.cut:
        notes.append("Pairs more than 100 links apart are left out of the hop correlation.")
    if made.queries < len(queries) and times:
        notes.append(f"Chance is read at {made.queries:,} of the nodes, drawn at random.")
    order = np.argsort(walked.scores[own], kind="stable")
    group, scores = walked.group[linked.rows[own]][order], walked.scores[own][order]
    found = Found(walked, ranks, made, thresholds, apart, queries, scores, group, edges, what.within)
    return found, notes


def _thresholds(made: Drawn, apart: Apart, queries: Rows, seed: int) -> tuple[Floats, bool]:
    """Scores at which pairs are counted: of all linked pairs, or of some spread evenly; of some rewired ones too."""
    linked, own = made.linked, made.linked.draw == 0
    scores = np.unique(apart.of_pairs(queries[linked.rows[own]], linked.others[own]))
    thinned = len(scores) > THRESHOLDS
    if thinned:
        scores = np.quantile(scores, np.linspace(0, 1, THRESHOLDS), method="nearest")
    rest = np.flatnonzero(~own)
    if len(rest):
        some = np.random.default_rng([seed % (1 << 63), 89]).choice(rest, size=min(len(rest), 20_000), replace=False)
        random = np.sort(apart.of_pairs(queries[linked.rows[some]], linked.others[some]))
        scores = np.concatenate([scores, np.quantile(random, np.linspace(0, 1, BY_CHANCE), method="nearest")])
    return np.unique(scores), thinned
