"""The edges of a selection: lines from each selected sample to its nearest neighbours in the original space."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph

MOST = 20_000  # edges drawn


@dataclass(frozen=True, eq=False)
class Edges:
    """`ends`: (e, 2) places on the map. `said`: what they are and how many are left out, a sentence."""

    ends: npt.NDArray[np.uint32]
    said: str = ""


NONE = Edges(np.empty((0, 2), np.uint32))


def edges_of(graph: KnnGraph, rows: npt.NDArray[np.int64], places: npt.NDArray[np.int64], k: int, seed: int) -> Edges:
    """Edges from the rows to their k nearest; `places` (n,) are where samples stand on the map, -1 where they do not.

    A pair that is near both ways is one edge. Beyond 20,000 a seeded sample of them is drawn, and the sentence says so.
    """
    near = graph.indices[rows, :k].astype(np.int64)
    pairs = np.stack([np.repeat(rows, near.shape[1]), near.ravel()], axis=1)
    pairs = places[pairs]
    pairs = np.unique(np.sort(pairs[(pairs >= 0).all(axis=1)], axis=1), axis=0)
    if not len(pairs):
        return NONE
    said = f"Lines: the selection's {len(pairs):,} edges to its {near.shape[1]} nearest in the original space"
    if len(pairs) > MOST:
        picked = np.random.default_rng([seed, 9]).choice(len(pairs), MOST, replace=False)
        pairs, said = pairs[np.sort(picked)], f"{said}, {MOST:,} of them drawn, seed {seed}"
    return Edges(pairs.astype(np.uint32), f"{said}.")
