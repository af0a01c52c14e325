"""Distances to the nearest neighbours in double precision: those of a graph are too coarse for near copies."""

import numpy as np

from analysis.geometry.cosines import unit
from analysis.geometry.moments import Floats
from analysis.knn_graph import KnnGraph
from analysis.space import EmbeddingSpace

CHUNK = 1 << 22  # coordinates of neighbours held at a time


def distances_of(space: EmbeddingSpace, neighbors: KnnGraph) -> Floats:
    """Distances (n, k), nearest first; of a cosine graph the chords between unit vectors."""
    return np.sort(measured(space, neighbors), axis=1)


def measured(space: EmbeddingSpace, neighbors: KnnGraph) -> Floats:
    """The same, (n, k), in the order of the graph's own neighbours."""
    found = np.empty(neighbors.indices.shape)
    for start in range(0, space.n, step := max(1, CHUNK // (neighbors.k * space.d))):
        rows = slice(start, start + step)
        near = neighbors.indices[rows]
        own = space.vectors[rows].astype(np.float64)
        others = space.vectors[near.ravel()].astype(np.float64)
        if neighbors.metric == "cosine":
            own, others = unit(own), unit(others)
        apart = others.reshape(*near.shape, space.d) - own[:, None]
        found[rows] = np.sqrt(np.einsum("nkd,nkd->nk", apart, apart))
    return found
