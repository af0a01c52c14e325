"""How many links apart samples are, from 64 of them at a time: a bit a source, spread over the graph breadth-first."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.graph import Graph

MOST_HOPS = 100  # farther ones are not followed
SOURCES = 64  # bits of a word
Hops = npt.NDArray[np.uint8]


def hops_from(graph: Graph, sources: npt.NDArray[np.integer], most: int = MOST_HOPS) -> tuple[Hops, bool]:
    """Links between up to 64 sources and every node, (sources, n), 0 where there is no way within `most`.

    Also whether some lie farther than that. The graph is taken as it is directed; a source is 0 from itself.
    """
    found = np.zeros((len(sources), graph.n), np.uint8)
    hop = 0
    for hop, new in enumerate(_waves(graph, sources), 1):
        if hop > most:
            return found, True
        found[_bits(new, len(sources))] = hop
    return found, False


def _waves(graph: Graph, sources: npt.NDArray[np.integer]) -> Iterator[npt.NDArray[np.uint64]]:
    """For each number of hops, which sources first reach each node then, (n,) words."""
    if len(sources) > SOURCES:
        raise ValueError(f"{len(sources)} sources do not fit a word of {SOURCES} bits")
    words = np.zeros(graph.n, np.uint64)
    np.bitwise_or.at(words, sources, np.uint64(1) << np.arange(len(sources), dtype=np.uint64))
    linked = np.flatnonzero(graph.degrees)
    begins = graph.indptr[linked]
    seen = words.copy()
    while len(linked):
        reached = np.zeros(graph.n, np.uint64)
        reached[linked] = np.bitwise_or.reduceat(words[graph.indices], begins)
        words = reached & ~seen
        if not words.any():
            return
        seen |= words
        yield words


def _bits(words: npt.NDArray[np.uint64], count: int) -> npt.NDArray[np.bool_]:
    """(count, n) flags of the words' bits."""
    raw = words.astype("<u8").view(np.uint8).reshape(-1, 8)
    flags: npt.NDArray[np.bool_] = np.unpackbits(raw, axis=1, bitorder="little", count=count).T.astype(bool)
    return flags
