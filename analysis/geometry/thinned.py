"""TwoNN among ever smaller random parts of the samples: the fewer there are, the farther the two nearest lie.

A sample's two nearest in the part are the first two of its neighbours in the whole that belong to it; where the graph
holds fewer than two of them, the part is searched, exactly.

Intervals, 95 %, Student's t: of a share f of the samples, from the spread s of its draws, s (f / (1 - f) + 1 / draws)^½
(delete-d jackknife, and the draws are few); of all, from halves of the ratios on the fixed graph, stretched for shared
neighbours.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.geometry.cosines import unit
from analysis.geometry.local_dimension import TIED, tied, twonn
from analysis.geometry.moments import Floats
from analysis.knn_graph import KnnGraph, Metric
from analysis.plugin import NEIGHBOR_STRETCH
from analysis.space import EmbeddingSpace

Rows = npt.NDArray[np.intp]
CHUNK = 1 << 11  # samples searched at a time
FEWEST, HALVINGS = 100, 8  # samples in the smallest part, and how often they are halved at most
DRAWS, STUDENT = 10, 2.262  # random parts of one size; 97.5th percentile of Student's t with one degree fewer
MOST = 4000  # samples of a part whose neighbours are looked at


def twonn_by_share(space: EmbeddingSpace, neighbors: KnnGraph, distances: Floats, known: Rows) -> pd.DataFrame:
    """TwoNN on the samples `known` and on ever smaller random shares of them: samples, distance, dimension, low, high.

    `distance`: the mean to the second neighbour. No dimension (NaN) where too many have both at one distance.
    """
    rng, found = np.random.default_rng([space.n, neighbors.k]), []
    for halved in range(HALVINGS + 1):
        size = len(known) >> halved
        if halved and size < FEWEST:
            break
        values, scales = np.empty((2, DRAWS if halved else 1))
        for i in range(len(values)):
            part = rng.permutation(known)[:size]
            near = two_nearest(space, neighbors, distances, part, part[:MOST] if halved else part)
            ratios = near[:, 1] / near[:, 0]
            values[i] = twonn(ratios) if tied(ratios) <= TIED * len(ratios) else np.nan
            scales[i] = near[:, 1].mean()
        if halved:
            share = 0.5**halved
            off = values.std(ddof=1) * np.sqrt(share / (1 - share) + 1 / DRAWS)
        else:
            off = _spread_of_halves(ratios, rng) * NEIGHBOR_STRETCH if np.isfinite(values[0]) else np.nan
        mean, off = values.mean(), STUDENT * off
        found.append((size, scales.mean(), mean, mean - off, mean + off))
    return pd.DataFrame(found, columns=["samples", "distance", "dimension", "low", "high"])


def _spread_of_halves(ratios: Floats, rng: np.random.Generator) -> float:
    """Standard deviation of TwoNN over random halves of the ratios; NaN with too few."""
    if len(ratios) < FEWEST // 2:
        return np.nan
    return float(np.std([twonn(rng.permutation(ratios)[: len(ratios) // 2]) for _ in range(DRAWS)], ddof=1))


def two_nearest(space: EmbeddingSpace, neighbors: KnnGraph, distances: Floats, part: Rows, asked: Rows) -> Floats:
    """Distances (m, 2) of the samples `asked`, members of `part`, to their two nearest in it.

    `distances`: those of the graph's neighbours, (n, k), in its order.
    """
    inside = np.zeros(space.n, dtype=bool)
    inside[part] = True
    there = np.where(inside[neighbors.indices[asked]], distances[asked], np.inf)
    found: Floats = np.partition(there, 1, axis=1)[:, :2]
    lacking = ~np.isfinite(found[:, 1])
    if lacking.any():
        found[lacking] = _searched(space, neighbors.metric, part, asked[lacking])
    return found


def _searched(space: EmbeddingSpace, metric: Metric, part: Rows, asked: Rows) -> Floats:
    own = _rows(space, metric, asked)
    squares, who = np.full((len(asked), 2), np.inf), np.zeros((len(asked), 2), np.intp)
    for start in range(0, len(part), CHUNK):
        rows = part[start : start + CHUNK]
        others = _rows(space, metric, rows)
        near = np.square(own).sum(axis=1)[:, None] + np.square(others).sum(axis=1) - 2 * own @ others.T
        near[asked[:, None] == rows] = np.inf
        all_squares = np.hstack([squares, near])
        best = np.argpartition(all_squares, 1, axis=1)[:, :2]
        squares = np.take_along_axis(all_squares, best, axis=1)
        who = np.take_along_axis(np.hstack([who, np.broadcast_to(rows, near.shape)]), best, axis=1)
    apart = _rows(space, metric, who.ravel()).reshape(*who.shape, -1) - own[:, None]
    found: Floats = np.sort(np.linalg.norm(apart, axis=2), axis=1)  # differences: near copies cancel in products
    return found


def _rows(space: EmbeddingSpace, metric: Metric, rows: Rows) -> Floats:
    exact = space.vectors[rows].astype(np.float64)
    return unit(exact) if metric == "cosine" else exact
