"""How many of its k nearest neighbours each sample keeps from one space to another, as it is and under permutations."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.comparison.latest import Latest
from analysis.comparison.moments import Floats, Rows

Neighbors = npt.NDArray[np.int32]
Order = npt.NDArray[np.intp]

TABLE = 1 << 28  # cells of a table of all pairs of samples; beyond it, sorted pairs are searched


def dealt(neighbors: Neighbors, order: Order, rows: Order | None = None) -> Neighbors:
    """Neighbours (n, k), or of these rows, of samples shuffled: sample i has those of order[i], under new names."""
    name = np.empty(len(order), neighbors.dtype)
    name[order] = np.arange(len(order), dtype=neighbors.dtype)
    found: Neighbors = name[neighbors[order if rows is None else order[rows]]]
    return found


@dataclass(frozen=True, eq=False)
class Dealt:
    """Rows of samples shuffled, looked up as they are asked for: a draw that reads a few copies no space."""

    rows: Rows
    order: Order

    def __getitem__(self, places: npt.NDArray[np.integer]) -> Rows:
        found: Rows = self.rows[self.order[places]]
        return found


class Neighborhoods:
    """Two kNN graphs (n, k) of the same samples."""

    def __init__(self, a: Neighbors, b: Neighbors) -> None:
        self.a, self.b, self.n, self.k = a, b, *a.shape
        self._latest = Latest()

    def shared(self) -> Floats:
        """How many of the k nearest a sample has in both, (n,)."""
        return self._counted(self.b)

    def permuted(self, order: Order) -> Floats:
        """The same, the second space's samples shuffled; the latest is kept for the next measure that asks."""
        return self._latest.of(order, lambda: self._counted(dealt(self.b, order)))

    def _counted(self, b: Neighbors) -> Floats:
        keys = np.arange(self.n, dtype=np.int64)[:, None] * self.n + b
        found = self._pairs[keys] if self.n**2 <= TABLE else self._searched(keys)
        count: Floats = found.sum(axis=1).astype(np.float64)
        return count

    def _searched(self, keys: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        places = np.searchsorted(self._pairs, keys)
        hit: npt.NDArray[np.bool_] = self._pairs[np.minimum(places, len(self._pairs) - 1)] == keys
        return hit

    @cached_property
    def _pairs(self) -> npt.NDArray[np.bool_] | npt.NDArray[np.int64]:
        keys = (np.arange(self.n, dtype=np.int64)[:, None] * self.n + self.a).ravel()
        if self.n**2 > TABLE:
            return np.sort(keys)
        table = np.zeros(self.n**2, dtype=bool)
        table[keys] = True
        return table
