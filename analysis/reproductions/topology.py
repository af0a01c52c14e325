"""A graph with three kinds of classes: which motif, which role, which neighbourhood; and texts that tell one of them.

As in Structure Inducing Pre-Training's synthetic examples ("mechanistic"): a ring of 36 with nine small graphs hung on
every fourth sample. Pre-training on the graph should help what is alike along it (motif, neighbourhood), and hurt what
is not (the role in the structure) where the texts tell just that.
"""

from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.reproductions.sentences import Topics, unlike

RING, HUNG, LARGEST = 36, 9, 5
ROLES, BALLS, REACH = 3, 4, 4
MANY, ALIKE = 6, 0.6  # likeliest sentences looked at for each that is taken; their TF-IDF cosines stay below this
KINDS = ("motif", "structural", "ego")


@dataclass(frozen=True, eq=False)
class Hung:
    """The graph's edges (m, 2) and each kind's classes (n,)."""

    edges: npt.NDArray[np.int64]
    labels: dict[str, npt.NDArray[np.int64]]


def hung(seed: int) -> Hung:
    """Draw the nine small graphs (connected, 2 to 6 samples), hang them on the ring, and tell the classes."""
    import networkx as nx
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(seed)
    small = [one for one in nx.graph_atlas_g() if 2 <= len(one) <= 6 and nx.is_connected(one)]
    graph, motif = nx.cycle_graph(RING), [0] * RING
    for number, which in enumerate(rng.choice(len(small), size=HUNG, replace=False).tolist()):
        start, one = len(graph), small[which]
        graph.add_nodes_from(range(start, start + len(one)))
        graph.add_edges_from((start + a, start + b) for a, b in one.edges)
        graph.add_edge(number * RING // HUNG, start + int(rng.integers(len(one))))
        motif += [number + 1] * len(one)
    roles = KMeans(ROLES, n_init=50, random_state=seed).fit_predict(orbits(graph))
    reach = dict(nx.all_pairs_shortest_path_length(graph, cutoff=REACH))
    balls = np.array([[float(b in reach[a]) for b in graph] for a in graph])
    ego = KMeans(BALLS, n_init=50, random_state=seed).fit_predict(balls)
    labels = {"motif": np.array(motif), "structural": roles.astype(np.int64), "ego": ego.astype(np.int64)}
    return Hung(np.array(sorted(graph.edges), dtype=np.int64), labels)


def orbits(graph: Any) -> npt.NDArray[np.float64]:
    """How many connected parts of up to five samples each sample is in, by the shape of the part, (n, shapes)."""
    near = {a: set(graph[a]) for a in graph}
    shapes: dict[tuple[int, ...], int] = {}
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    counts: dict[tuple[int, int], int] = {}
    for part in connected_parts(near):
        bits = tuple(int(b in near[a]) for a, b in combinations(part, 2))
        key = (len(part), *bits)
        if key not in known:
            known[key] = _canonical(len(part), bits)
        shape = shapes.setdefault(known[key], len(shapes))
        for sample in part:
            counts[sample, shape] = counts.get((sample, shape), 0) + 1
    table = np.zeros((len(near), len(shapes)))
    for (sample, shape), count in counts.items():
        table[sample, shape] = count
    return table


def connected_parts(near: dict[int, set[int]]) -> set[tuple[int, ...]]:
    """Every connected set of two to five samples, ascending."""
    whole: set[tuple[int, ...]] = set()
    grown: set[tuple[int, ...]] = {(a,) for a in near}
    for _ in range(LARGEST - 1):
        grown = {tuple(sorted((*part, b))) for part in grown for a in part for b in near[a] if b not in part}
        whole |= grown
    return whole


def _canonical(size: int, bits: tuple[int, ...]) -> tuple[int, ...]:
    """The same for every order of the samples of a part."""
    place = dict(zip(combinations(range(size), 2), bits, strict=True))
    return (
        size,
        *min(
            tuple(place[min(o[a], o[b]), max(o[a], o[b])] for a, b in combinations(range(size), 2))
            for o in permutations(range(size))
        ),
    )


def texts_telling(labels: npt.NDArray[np.int64], topics: Topics, seed: int) -> list[str]:
    """A sentence for each sample: the likeliest ones of a topic that its class alone has."""
    rng = np.random.default_rng([seed, 1])
    classes = np.unique(labels)
    found = np.empty(len(labels), dtype=object)
    for one, topic in zip(classes, rng.permutation(topics.shares.shape[1])[: len(classes)], strict=True):
        rows = np.flatnonzero(labels == one)
        likely, many = np.argsort(-topics.shares[:, topic], kind="stable"), MANY * len(rows)
        while len(best := unlike(topics, likely[:many], len(rows), most=ALIKE)) < len(rows) and many < len(likely):
            many *= 2
        found[rows] = [topics.sentences[row] for row in rng.permutation(best)]
    return found.tolist()
