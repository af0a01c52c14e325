"""How many links apart samples are, from 64 of them at a time: a bit a source, spread over the graph breadth-first."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.graph import Graph

MOST_HOPS = 100  # farther ones are not followed
SOURCES = 64  # bits of a word
FEW = 20  # a wave whose links are fewer than one in so many is followed alone, without a look at all the others
Hops = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Wave = tuple[Rows, Words]


def hops_from(graph: Graph, sources: npt.NDArray[np.integer], most: int = MOST_HOPS) -> tuple[Hops, bool]:
    """Links between up to 64 sources and every node, (sources, n), 0 where there is no way within `most`.

    Also whether some lie farther than that. The graph is taken as it is directed; a source is 0 from itself.
    """
    found = np.zeros((graph.n, len(sources)), np.uint8)
    cut = False
    for hop, (nodes, words) in enumerate(_waves(graph, sources), 1):
        cut = hop > most
        if cut:
            break
        lines = found[nodes]
        lines[_bits(words, len(sources))] = hop
        found[nodes] = lines
    return np.ascontiguousarray(found.T), cut


def _waves(graph: Graph, sources: npt.NDArray[np.integer]) -> Iterator[Wave]:
    """For each number of hops, the nodes that some source first reaches then, and which: a word each."""
    if len(sources) > SOURCES:
        raise ValueError(f"{len(sources)} sources do not fit a word of {SOURCES} bits")
    reached = np.zeros(graph.n, np.uint64)
    np.bitwise_or.at(reached, sources, np.uint64(1) << np.arange(len(sources), dtype=np.uint64))
    seen, nodes = reached.copy(), np.flatnonzero(reached)
    words = reached[nodes]
    linked = np.flatnonzero(graph.degrees)
    while len(linked):
        ends = graph.degrees[nodes]
        if not graph.directed and ends.sum() * FEW < len(graph.indices):
            nodes, words = _followed(graph, nodes, words, reached)
        else:
            reached[:] = 0
            reached[nodes] = words
            words = np.bitwise_or.reduceat(reached[graph.indices], graph.indptr[linked])
            nodes = linked
        words = words & ~seen[nodes]
        new = words != 0
        nodes, words = nodes[new], words[new]
        if not len(nodes):
            return
        seen[nodes] |= words
        yield nodes, words


def _followed(graph: Graph, nodes: Rows, words: Words, blank: Words) -> Wave:
    """What the links of some nodes lead to, and from which sources; `blank` is room for a word a node."""
    degrees = graph.degrees[nodes]
    begins = np.cumsum(degrees) - degrees
    ends = graph.indices[np.arange(degrees.sum()) + np.repeat(graph.indptr[nodes] - begins, degrees)]
    blank[ends] = 0
    np.bitwise_or.at(blank, ends, np.repeat(words, degrees))
    met = np.unique(ends)
    return met, blank[met]


def _bits(words: Words, count: int) -> npt.NDArray[np.bool_]:
    """(words, count) flags of the words' bits."""
    raw = words.astype("<u8").view(np.uint8).reshape(-1, 8)
    flags: npt.NDArray[np.bool_] = np.unpackbits(raw, axis=1, bitorder="little", count=count).astype(bool)
    return flags
