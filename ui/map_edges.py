"""The edges of a selection: lines to the nearest neighbours in the original space, or the links of a graph by length.

A link's length is the distance of its two samples in the original space, not on the map; it is coloured by where that
lies between the shortest and the longest link that is drawn.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.alignment.apart import apart_of
from analysis.figures.palette import SEQUENTIAL
from analysis.figures.words import shown
from analysis.graph import Graph
from analysis.knn_graph import KnnGraph, Metric
from analysis.number import CannotAnalyze
from analysis.space import EmbeddingSpace

MOST = 20_000  # edges drawn
COLORS = len(SEQUENTIAL["light"])
MEASURES = {"cosine": "cosine distance", "euclidean": "distance", "dot": "minus their product"}


@dataclass(frozen=True, eq=False)
class Edges:
    """`ends`: (e, 2) places on the map. `said`: what they are and how many are left out, a sentence.

    `runs`: where they are coloured by length, how many have each colour of the ramp, in its order; `span`: the ends of
    the ramp.
    """

    ends: npt.NDArray[np.uint32]
    said: str = ""
    runs: tuple[int, ...] = ()
    span: tuple[float, float] | None = None

    @property
    def parts(self) -> list[npt.NDArray[np.uint32]]:
        """The ends of each run; all of them where they have one colour."""
        return np.split(self.ends, np.cumsum(self.runs)[:-1]) if self.runs else [self.ends]


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


def links_of(
    graph: Graph,
    space: EmbeddingSpace,
    rows: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
    *,
    metric: Metric,
    seed: int,
) -> Edges:
    """The links of a graph that touch the rows, coloured by their length in a space; `places` as in `edges_of`."""
    chosen = np.zeros(graph.n, dtype=bool)
    chosen[rows] = True
    pairs = graph.symmetric.pairs
    pairs = pairs[chosen[pairs].any(axis=1) & (places[pairs] >= 0).all(axis=1)]
    if not len(pairs):
        return Edges(NONE.ends, f"Lines: no link of {graph.name!r} touches what is selected.")
    said = f"Lines: the selection's {len(pairs):,} links in {graph.name!r}"
    if len(pairs) > MOST:
        pairs = pairs[np.sort(np.random.default_rng([seed, 9]).choice(len(pairs), MOST, replace=False))]
        said += f", {MOST:,} of them drawn, seed {seed}"
    try:
        lengths = lengths_of(pairs, space, metric)
    except CannotAnalyze as why:
        return Edges(places[pairs].astype(np.uint32), f"{said}; they have no length: {why}")
    low, high = float(lengths.min()), float(lengths.max())
    codes = np.minimum((lengths - low) / ((high - low) or 1.0) * COLORS, COLORS - 1).astype(np.int64)
    order = np.argsort(codes, kind="stable")
    said += f", coloured by {MEASURES[metric]} in {space.name}, {shown(low)} to {shown(high)}:"
    return Edges(
        places[pairs[order]].astype(np.uint32),
        f"{said} the longer, the farther from the paper's colour.",
        tuple(int(count) for count in np.bincount(codes, minlength=COLORS)),
        (low, high),
    )


def lengths_of(pairs: npt.NDArray[np.int64], space: EmbeddingSpace, metric: Metric) -> npt.NDArray[np.float64]:
    """The metric's distance of each pair, (m,); CannotAnalyze where all their vectors are equal."""
    rows, at = np.unique(pairs, return_inverse=True)
    apart = apart_of(np.asarray(space.vectors[rows]), metric)
    one, other = at.reshape(pairs.shape).T
    return apart.distance(apart.of_pairs(one, other))
