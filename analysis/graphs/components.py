"""The pieces of a graph: what hangs together, and, within that, communities that have few links to others.

Communities are found by moving each node to where most of its links are (label propagation, Raghavan et al. 2007),
seeded: in random order, ties to the lowest name, until nothing moves or twenty rounds have passed.
"""

import numpy as np
import numpy.typing as npt

from analysis.graph import Graph

Codes = npt.NDArray[np.int64]
ROUNDS = 20


def components(graph: Graph) -> Codes:
    """The component of each node, (n,), direction aside, the largest first."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    held = np.ones(len(graph.indices), np.int8)
    matrix = csr_array((held, graph.indices, graph.indptr), shape=(graph.n, graph.n))
    return _by_size(connected_components(matrix, directed=True, connection="weak")[1])


def communities(graph: Graph, seed: int) -> Codes:
    """The community of each node, (n,), the largest first; a node without a link is one by itself."""
    whole, rng = graph.symmetric, np.random.default_rng([seed % (1 << 63), 67])
    names, linked = np.arange(whole.n), np.flatnonzero(whole.degrees)
    for _ in range(ROUNDS):
        moved = 0
        for node in rng.permutation(linked):
            near = names[whole.indices[whole.indptr[node] : whole.indptr[node + 1]]]
            found, counts = np.unique(near, return_counts=True)
            if names[node] in found[counts == counts.max()]:
                continue
            names[node] = found[counts.argmax()]
            moved += 1
        if not moved:
            break
    return _by_size(names)


def cut_links(graph: Graph, codes: Codes) -> int:
    """How many links lead from one piece to another."""
    pairs = graph.symmetric.pairs
    return int((codes[pairs[:, 0]] != codes[pairs[:, 1]]).sum())


def _by_size(codes: npt.NDArray[np.integer]) -> Codes:
    _, found, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    place = np.empty(len(sizes), np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return place[found]
