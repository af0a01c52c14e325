"""Two samples in every space of a study: how far apart they are there, and what that is beside all other distances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.geometry.two_samples import Apart, Histogram, Percentile, apart, percentile
from analysis.graph import Graph
from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze
from analysis.pipeline import Pipeline
from analysis.registry import analyses
from analysis.result import Result
from analysis.space import EmbeddingSpace


@dataclass(frozen=True)
class InSpace:
    """Two samples in one space; `why`: the reason where there is no distance."""

    space: str
    apart: Apart | None
    percentile: Percentile | None
    why: str = ""


def in_space(space: EmbeddingSpace, a: int, b: int, metric: Metric, histogram: Histogram | None) -> InSpace:
    """Two samples, by their rows, in one space."""
    try:
        found = apart(space.vectors, a, b, metric)
    except CannotAnalyze as error:
        return InSpace(space.name, None, None, str(error))
    return InSpace(space.name, found, percentile(space.vectors, a, b, metric, histogram))


@dataclass(frozen=True)
class InGraph:
    """Two samples in a graph: `hops`, links from the first to the second, 0 where there is no way; `weight` of the link
    between them, where there is one with a weight.
    """

    graph: str
    hops: int
    weight: float | None = None

    @property
    def words(self) -> str:
        """How they stand there, in words."""
        if not self.hops:
            return f"no way from A to B in {self.graph}"
        weight = "" if self.weight is None else f", weight {self.weight:g}"
        return f"linked in {self.graph}{weight}" if self.hops == 1 else f"{self.hops:,} links apart in {self.graph}"


def in_graph(graph: Graph, a: int, b: int) -> InGraph:
    """Two different samples, by their rows, in one graph, along its directions where it has them."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import breadth_first_order

    ones = np.ones(len(graph.indices), np.int8)
    links = csr_array((ones, graph.indices, graph.indptr), shape=(graph.n, graph.n))
    before = breadth_first_order(links, a, directed=True, return_predecessors=True)[1]
    hops, at = 0, b
    while at != a and before[at] >= 0:
        hops, at = hops + 1, int(before[at])
    weight = None
    if hops == 1 and graph.weights is not None:
        begin, end = graph.indptr[a], graph.indptr[a + 1]
        weight = float(graph.weights[begin + np.searchsorted(graph.indices[begin:end], b)])
    return InGraph(graph.name, hops, weight)


def histogram_of(pipeline: Pipeline, space: str) -> tuple[str, Histogram | None]:
    """The key and histogram of the distances of a space, where they are counted; whatever label they are asked by."""
    for label in analyses()["distances"].columns(pipeline.dataset().labels):
        ask = Ask("analysis", "distances", space, label)
        recipe, result = pipeline.recipe(ask), pipeline.find(ask)
        if recipe is not None and isinstance(result, Result) and {"edges", "all"} <= set(result.arrays):
            return recipe.key, Histogram(result.arrays["edges"], result.arrays["all"])
    return "", None


def table_of(found: Sequence[InSpace], a: str, b: str, k: int) -> pd.DataFrame:
    """One row per space, with all that is known of the two there."""
    rows = []
    for one in found:
        row: dict[str, object] = {"a": a, "b": b, "space": one.space, "why": one.why}
        if one.apart is not None:
            row |= {"distance": one.apart.distance}
            for name, rank in (("b_among_a", one.apart.of_b), ("a_among_b", one.apart.of_a)):
                row |= {f"rank_{name}": rank.first, f"tied_{name}": rank.tied, f"within_{k}_{name}": rank.within(k)}
            row |= {"others": one.apart.of_b.of}
        if one.percentile is not None:
            share = one.percentile
            row |= {"share_of_pairs_nearer": share.value, "share_low": share.low, "share_high": share.high}
            row |= {"pairs": share.pairs, "share_from": share.how}
        rows.append(row)
    return pd.DataFrame(rows)
