"""Ranks of neighbours: how many points are nearer, in the space and on its map."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from analysis.neighbors.points import Points, blocks

Rows = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float32]]
"""Compares points (m,) with all, (m, n): the smaller, the nearer."""

CELLS = 1 << 22  # numbers in a block of comparisons: 16 MB


def space_scores(points: Points) -> Rows:
    """Comparisons in the space: cosine by the chord |u - v|, whose square is 2 (1 - cos), about the mean of all u."""
    base = points.base
    lost = np.flatnonzero(points.zero) if points.metric == "cosine" else np.empty(0, np.int64)
    if points.metric == "cosine":
        base = base - base.mean(axis=0, dtype=np.float64).astype(np.float32)
    squares = np.einsum("id,id->i", base, base)

    def rows(which: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        products = base[which] @ base.T
        if points.metric == "dot":
            return np.asarray(-products)
        scores: npt.NDArray[np.float32] = squares - 2 * products
        scores[:, lost] = 2 - squares[which][:, None]  # no direction: 1 - cos counts as 1
        scores[np.isin(which, lost)] = 0
        return scores

    return rows


def map_scores(coordinates: npt.NDArray[np.float32]) -> Rows:
    """Comparisons on the map: squared lengths, by differences."""

    def rows(which: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        total = np.zeros((len(which), len(coordinates)), np.float32)
        for axis in coordinates.T:
            total += np.square(axis[which][:, None] - axis)
        return total

    return rows


def ranks(rows: Rows, which: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The rank of each point's listed others (m, listed) among all others: 1 + how many are strictly nearer."""
    place = np.empty(others.shape, np.int64)

    def fill(part: slice) -> None:
        scores = rows(which[part])
        here = np.arange(len(scores))
        scores[here, which[part]] = np.inf
        asked = np.take_along_axis(scores, others[part], axis=1)
        scores.sort(axis=1)
        for row, values, out in zip(scores, asked, place[part], strict=True):
            out[:] = np.searchsorted(row, values) + 1

    size = len(rows(which[:1])[0])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, blocks(len(which), max(1, CELLS // size))))
    return place


def nearest_on_map(coordinates: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.int32]:
    """The k nearest others of each point on the map, (n, k)."""
    from scipy.spatial import cKDTree

    _, found = cKDTree(coordinates).query(coordinates, k + 1, workers=-1)
    own = np.arange(len(found))[:, None]
    found = found.reshape(len(found), -1)
    order = np.argsort(found == own, axis=1, kind="stable")[:, :k]  # itself last, wherever it stands
    return np.take_along_axis(found, order, axis=1).astype(np.int32)
