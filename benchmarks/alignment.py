"""A space against a graph: all point values beside one exact FAISS kNN pass, and rewiring beside networkx.

Point values: every measure of recovery and one label column, without nulls and intervals, of a space of --n × 384 and
ten links a node; FAISS finds 15 neighbours of every vector exactly. The whole: the same with nulls and intervals of 50
draws. Rewiring: 100 graphs of the same degrees by our sweeps, against as many swaps by `double_edge_swap`, timed on one
draw. --coverage: how often intervals of as many other samples hold their mean, on simulated communities.
Run: python -m benchmarks.alignment [--n 100000] [--whole] [--coverage]
"""

import argparse
import resource
import time
from collections.abc import Callable

import networkx as nx
import numpy as np

from analysis.align import align
from analysis.alignment.chance import FEWEST_DRAWS
from analysis.cores import on_each_core
from analysis.graph import Graph, Links, graph_of
from analysis.graphs.rewired import SWEEPS, rewired
from analysis.labels import Labels
from analysis.neighbors.graph import build_graph
from analysis.registry import alignments
from analysis.result import Result
from analysis.space import EmbeddingSpace

D, CLASSES = 384, 20


def world(n: int, links: int, d: int = D, seed: int = 0) -> tuple[EmbeddingSpace, Graph, Labels]:
    """Communities whose members lie near one another and are linked, three of four links within."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(CLASSES, size=n)
    vectors = rng.standard_normal((CLASSES, d))[codes] * 0.6 + rng.standard_normal((n, d))
    order = np.argsort(codes, kind="stable")
    begins, sizes = np.searchsorted(codes[order], np.arange(CLASSES)), np.bincount(codes, minlength=CLASSES)
    a = rng.integers(n, size=links + links // 20)
    inside = order[begins[codes[a]] + rng.integers(1 << 40, size=len(a)) % sizes[codes[a]]]
    b = np.where(rng.random(len(a)) < 0.75, inside, rng.integers(n, size=len(a)))
    space = EmbeddingSpace("world", "world", vectors.astype(np.float32), [str(row) for row in range(n)])
    graph = graph_of(Links(np.column_stack([a, b])), n, name="links", key="links", directed=False)
    classes = tuple(f"c{code}" for code in range(CLASSES))
    return space, graph, Labels("community", "categorical", classes, codes.astype(np.int32), np.empty(0))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def recovery(n: int, whole: bool) -> list[str]:
    """Rows of the table of point values, and of the whole."""
    import faiss

    space, graph, labels = world(n, 10 * n)
    near = build_graph(space, metric="cosine", k=50, seed=0)
    measures = list(alignments().values())

    def asked(draws: int) -> Result:
        return align(space, near, graph, [labels], measures, k=15, draws=draws, seed=0)

    units = space.vectors / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    peer = seconds(lambda: faiss.knn(units, units, 16, metric=faiss.METRIC_INNER_PRODUCT))
    mine = seconds(lambda: asked(0))
    rows = [
        f"| all point values, {n:,} nodes, {graph.edges:,} links | {mine:.1f} s | {peer:.1f} s | {mine / peer:.2f}× |"
    ]
    if whole:
        took = seconds(lambda: asked(FEWEST_DRAWS))
        rows.append(f"| the same with nulls and intervals of {FEWEST_DRAWS} draws | {took:.1f} s | | |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [*rows, f"| peak memory of it all | {peak:.2f} GiB | | |"]


def rewiring(n: int) -> str:
    """A row: 100 rewired graphs against one of networkx with as many swaps, scaled."""
    graph = world(n, 10 * n, d=2)[1]
    pairs = graph.pairs
    mine = (
        seconds(lambda: list(on_each_core(lambda seed: rewired(pairs, n, np.random.default_rng(seed)), range(20)))) * 5
    )
    plain, swaps = nx.Graph(graph.pairs.tolist()), SWEEPS * graph.edges // 2
    share = min(1.0, 50_000 / swaps)
    tried = max(1, round(swaps * share))
    peer = seconds(lambda: nx.double_edge_swap(plain, tried, max_tries=100 * tried, seed=0)) / share * 100
    what = f"100 graphs rewired, {graph.edges:,} links, {swaps:,} swaps each"
    return f"| {what} | {mine:.1f} s | {peer:.0f} s | {peer / mine:.0f}× as fast |"


def coverage(worlds: int = 60, n: int = 200) -> list[str]:
    """How often the interval of one world holds the mean over worlds, by number."""
    measures, found = list(alignments().values()), []
    for seed in range(worlds):
        space, graph, labels = world(n, 4 * n, d=8, seed=seed)
        near = build_graph(space, metric="cosine", k=50, seed=0)
        found.append(align(space, near, graph, [labels], measures, k=15, draws=60, seed=seed).numbers)
    rows = ["| number | held | width of interval / that of the spread |", "| --- | --- | --- |"]
    for name in found[0]:
        numbers = [one[name] for one in found if one[name].value is not None and one[name].low is not None]
        values = np.array([one.value for one in numbers], np.float64)
        held = np.mean([one.low <= values.mean() <= one.high for one in numbers])  # type: ignore[operator]
        widths = np.mean([one.high - one.low for one in numbers])  # type: ignore[operator]
        rows.append(f"| {name} | {held:.2f} | {widths / (3.92 * values.std(ddof=1)):.2f} |")
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--coverage", action="store_true")
    options = parser.parse_args()
    if options.coverage:
        print("\n".join(coverage()))
        return
    print("| what | ours | peer | ratio |\n| --- | --- | --- | --- |")
    print("\n".join([*recovery(options.n, options.whole), rewiring(min(options.n, 10_000))]))


if __name__ == "__main__":
    main()
