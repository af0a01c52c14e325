"""Who is linked to whom, and pairs drawn from it: a linked and an unlinked partner for each sample, by rejection."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Links:
    """An undirected graph over n samples: the neighbours of i are `indices[starts[i] : starts[i + 1]]`, ascending.

    `among`: the samples that strangers are drawn from, which hold both ends of every link; None: all.
    """

    starts: Rows
    indices: Rows
    among: Rows | None = None

    @staticmethod
    def of(edges: npt.NDArray[np.integer], n: int, among: Rows | None = None) -> "Links":
        """From edges (m, 2) among n samples; repeats and self loops count once and not at all."""
        both = np.concatenate([edges, edges[:, ::-1]]).astype(np.int64)
        keys = np.unique(both[both[:, 0] != both[:, 1]] @ np.array([n, 1], np.int64))
        starts = np.searchsorted(keys, np.arange(n + 1, dtype=np.int64) * n)
        return Links(starts.astype(np.int64), keys % n, among)

    @property
    def n(self) -> int:
        """How many samples."""
        return len(self.starts) - 1

    @cached_property
    def degrees(self) -> Rows:
        """How many neighbours each has, (n,)."""
        return np.diff(self.starts)

    @cached_property
    def _keys(self) -> Rows:
        return np.repeat(np.arange(self.n), self.degrees) * self.n + self.indices

    @property
    def able(self) -> npt.NDArray[np.bool_]:
        """Who has a neighbour and a stranger, (n,)."""
        return np.asarray((self.degrees > 0) & (self.degrees < self._most))

    @property
    def _most(self) -> int:
        return (self.n if self.among is None else len(self.among)) - 1

    def linked(self, a: Rows, b: Rows) -> npt.NDArray[np.bool_]:
        """Whether a[i] and b[i] are linked; every sample is to itself."""
        keys = a * self.n + b
        place = np.minimum(np.searchsorted(self._keys, keys), max(len(self._keys) - 1, 0))
        found = self._keys[place] == keys if len(self._keys) else np.zeros(len(keys), bool)
        return np.asarray(found | (a == b))

    def partners(self, rows: Rows, rng: np.random.Generator) -> Rows:
        """A neighbour of each, evenly drawn. BadInput where one has none."""
        alone = rows[self.degrees[rows] == 0]
        if len(alone):
            raise BadInput(f"sample {int(alone[0])} has no neighbour in the graph; leave samples without one out.")
        return self.indices[self.starts[rows] + (rng.random(len(rows)) * self.degrees[rows]).astype(np.int64)]

    def strangers(self, rows: Rows, rng: np.random.Generator) -> Rows:
        """A sample that each is not linked to, evenly drawn. BadInput where one is linked to all."""
        full = rows[self.degrees[rows] >= self._most]
        if len(full):
            raise BadInput(f"sample {int(full[0])} is linked to all others, so nothing can be pushed from it.")
        found = self._drawn(len(rows), rng)
        while len(again := np.flatnonzero(self.linked(rows, found))):
            found[again] = self._drawn(len(again), rng)
        return found

    def _drawn(self, count: int, rng: np.random.Generator) -> Rows:
        return rng.integers(self.n, size=count) if self.among is None else rng.choice(self.among, count)
