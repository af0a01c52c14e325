"""Samples in the order of their classes, and what their distances sum up to: per class, per cell, farthest, nearest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.geometry.moments import Floats
from analysis.geometry.pairs import Rows, pairs_of
from analysis.knn_graph import KnnGraph, Metric
from analysis.labels import Labels
from analysis.space import EmbeddingSpace

SHOWN = 40  # classes with a row of their own, the largest; the others are "rest"
CELLS = 200  # rows of the heat map at most
PER_CELL = 16  # samples in a cell at least, where there are so many
PAIRS = 20  # farthest and nearest pairs told
REST, NONE = "(the rest)", "(no label)"


@dataclass(frozen=True, eq=False)
class Order:
    """Samples by class, the largest first, those without a label last, and cut into cells.

    `rows`: (m,) samples. `codes`: (m,) place of their class, -1 without. `cells`: (m,) cell of each. `names`: of the
    classes with a row of their own, then of what else there is. `name_of`: (cells,) which name each cell is of.
    """

    rows: Rows
    codes: Rows
    cells: Rows
    names: tuple[str, ...]
    name_of: Rows
    classes: int

    @property
    def cell_names(self) -> tuple[str, ...]:
        """The name that each cell is of."""
        return tuple(self.names[place] for place in self.name_of)

    def scattered(self, values: Floats, n: int) -> Floats:
        """Values of the ordered samples at their places among all n, NaN at the others'."""
        found = np.full(n, np.nan)
        found[self.rows] = values
        return found


def order_of(rows: Rows, labels: Labels | None) -> Order:
    """Put some samples in the order of their classes."""
    codes = np.full(len(rows), -1) if labels is None else labels.codes[rows].astype(np.intp)
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    by_size = np.argsort(-sizes, kind="stable")
    place = np.empty(len(sizes) + 1, np.intp)
    place[by_size], place[-1] = np.arange(len(sizes)), len(sizes)
    order = np.argsort(place[codes], kind="stable")
    rows, codes = rows[order], place[codes][order]
    codes[codes == len(sizes)] = -1
    block = np.where(codes < 0, SHOWN + 1, np.minimum(codes, SHOWN))
    there, counts = np.unique(block, return_counts=True)
    per = max(PER_CELL, len(rows) / (CELLS - SHOWN - 2))
    pieces = np.maximum(1, (counts / per).astype(np.intp))
    cells = np.concatenate(
        [
            before + np.arange(n) * k // n
            for before, n, k in zip(np.cumsum(pieces) - pieces, counts, pieces, strict=True)
        ]
    )
    found = () if labels is None else labels.classes
    names = [REST if b == SHOWN else NONE if b > SHOWN else found[by_size[b]] for b in there]
    return Order(rows, codes, cells, tuple(names), np.repeat(np.arange(len(there)), pieces), int((sizes > 0).sum()))


def heat_map(order: Order, sums: Floats) -> npt.NDArray[np.float32]:
    """Mean distance between cells, (cells, cells); NaN where a cell of one sample meets itself."""
    return _means(sums, order.cells).astype(np.float32)


def by_class(order: Order, sums: Floats) -> pd.DataFrame:
    """Mean distance of each two classes and within each, and how many pairs it is of."""
    names = np.array(order.names, dtype=object)
    part, sizes = order.name_of[order.cells], np.bincount(order.name_of[order.cells])
    whole = np.add.reduceat(sums, _begins(order.name_of), axis=1)
    first, second = np.triu_indices(len(names))
    pairs = np.where(first == second, sizes[first] * (sizes[first] - 1) // 2, sizes[first] * sizes[second])
    means = _means(whole, part)[first, second]
    table = pd.DataFrame({"label": names[first], "other": names[second], "mean_distance": means, "pairs": pairs})
    return table[pairs > 0].reset_index(drop=True)


def nearest_class(order: Order, sums: Floats) -> Floats:
    """Mean distance of each sample to the nearest class of the others' that are told, (m,); NaN where there is none."""
    part = order.name_of[order.cells]
    means = np.add.reduceat(sums, _begins(order.name_of), axis=1) / np.bincount(part)
    means[np.arange(len(part)), part] = np.inf
    told = [place for place, name in enumerate(order.names) if name not in (REST, NONE)]
    nearest = means[:, told].min(axis=1, initial=np.inf)
    found: Floats = np.where(np.isfinite(nearest) & (order.codes >= 0), nearest, np.nan)
    return found


def _begins(places: Rows) -> Rows:
    return np.flatnonzero(np.diff(places, prepend=-1))


def _means(sums: Floats, part: Rows) -> Floats:
    """Mean over the pairs of each two parts of samples, from sums (samples, parts)."""
    sizes = np.bincount(part).astype(np.float64)
    pairs = np.outer(sizes, sizes) - np.diag(sizes)
    totals = np.add.reduceat(sums, _begins(part), axis=0)
    return np.divide(totals, pairs, out=np.full_like(pairs, np.nan), where=pairs > 0)


def farthest_pairs(space: EmbeddingSpace, rows: Rows, farthest: Floats, metric: Metric) -> pd.DataFrame:
    """The farthest pairs of samples, from how far each sample's farthest is.

    Each of 2 m samples with the farthest partners has one at least as far as the last of them, and a pair serves two
    samples: so m pairs are at least so far, and the m farthest pairs are among these samples.
    """
    top = np.sort(rows[np.argsort(-farthest, kind="stable")[: 2 * PAIRS]])
    every, (first, second) = slice(0, len(top)), np.triu_indices(len(top), 1)
    apart = pairs_of(space.vectors[top], metric).distances(every, every)[first, second]
    chosen = np.argsort(-apart, kind="stable")[:PAIRS]
    return _named(space, top[first[chosen]], top[second[chosen]], apart[chosen])


def nearest_pairs(space: EmbeddingSpace, neighbors: KnnGraph) -> pd.DataFrame:
    """The nearest pairs, of the graph's: a pair it lacks has 2 k pairs nearer than itself, so no more are told."""
    told = min(PAIRS, 2 * neighbors.k)
    edges = np.argsort(neighbors.distances, axis=None, kind="stable")[: 2 * told]
    one, other = edges // neighbors.k, neighbors.indices.ravel()[edges].astype(np.intp)
    pairs = np.stack([np.minimum(one, other), np.maximum(one, other)])
    first = np.sort(np.unique(pairs, axis=1, return_index=True)[1])[:told]
    distances = neighbors.distances.ravel()[edges[first]].astype(np.float64)
    return _named(space, pairs[0, first], pairs[1, first], distances)


def _named(space: EmbeddingSpace, one: Rows, other: Rows, distances: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row_a": one,
            "id_a": [space.ids[row] for row in one],
            "row_b": other,
            "id_b": [space.ids[row] for row in other],
            "distance": distances,
        }
    )


def growth(neighbors: KnnGraph) -> pd.DataFrame:
    """Mean distance to the k-th neighbor, with the logarithms that it is drawn in."""
    means = neighbors.distances.mean(axis=0, dtype=np.float64)
    ks = np.arange(1, neighbors.k + 1)
    logs = np.log(means, out=np.full_like(means, np.nan), where=means > 0)
    return pd.DataFrame({"k": ks, "mean_distance": means, "log_k": np.log(ks), "log_distance": logs})
