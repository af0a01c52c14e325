"""Who is linked to whom, and pairs drawn from it: a linked and an unlinked partner for each sample, by rejection."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Links:
    """An undirected graph over n samples: the neighbours of i are `indices[starts[i] : starts[i + 1]]`, ascending."""

    starts: Rows
    indices: Rows

    @staticmethod
    def of(edges: npt.NDArray[np.integer], n: int) -> "Links":
        """From edges (m, 2) among n samples; repeats and self loops count once and not at all."""
        both = np.concatenate([edges, edges[:, ::-1]]).astype(np.int64)
        keys = np.unique(both[both[:, 0] != both[:, 1]] @ np.array([n, 1], np.int64))
        starts = np.searchsorted(keys, np.arange(n + 1, dtype=np.int64) * n)
        return Links(starts.astype(np.int64), keys % n)

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
        full = rows[self.degrees[rows] >= self.n - 1]
        if len(full):
            raise BadInput(f"sample {int(full[0])} is linked to all others, so nothing can be pushed from it.")
        found = rng.integers(self.n, size=len(rows))
        while len(again := np.flatnonzero(self.linked(rows, found))):
            found[again] = rng.integers(self.n, size=len(again))
        return found
