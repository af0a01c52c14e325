"""Where each node's linked ones stand when all others are ordered by distance.

`less`: how many others are surely nearer than a linked one; `upto`: how many are as near or nearer, itself included.
Among equally near ones every order is as likely, so that what follows is what it is expected to be: with
`less` < rank <= `upto`, a linked one stands among the k nearest with probability min(max(k - less, 0) / tied, 1).
Segments are the linked ones of a query in a draw: draw 0 is the graph, later ones are graphs rewired by chance.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ranks:
    """The linked ones of each segment: (m,) arrays, segment by segment.

    `begins`: where each of the segments that have any begins; `segments`: which those are, of `draws` × `queries`.
    """

    less: Places
    upto: Places
    begins: Places
    segments: Places
    draws: int
    queries: int

    @cached_property
    def degrees(self) -> Places:
        """How many linked ones each segment that has any holds."""
        found: Places = np.diff(np.append(self.begins, len(self.less)))
        return found

    @cached_property
    def tied(self) -> Places:
        """How many stand where a linked one does, itself included."""
        return self.upto - self.less

    @cached_property
    def owner(self) -> Places:
        """Which of the segments that have any each linked one is of."""
        return np.repeat(np.arange(len(self.begins)), self.degrees)

    def sums(self, values: npt.NDArray[np.floating] | Places) -> Floats:
        """The sum of each segment that has any."""
        if not len(self.begins):
            return np.zeros(0)
        found: Floats = np.add.reduceat(np.asarray(values, np.float64), self.begins)
        return found

    def among(self, k: int) -> Floats:
        """How many linked ones are expected among the k nearest, by segment that has any."""
        return self.sums(np.clip(k - self.less, 0, self.tied) / self.tied)

    @cached_property
    def linked_upto(self) -> Places:
        """How many linked ones of the same segment are as near as each or nearer, itself included, (m,)."""
        wide = int(self.upto.max(initial=0)) + 1
        keys = self.owner * wide + self.upto
        return np.searchsorted(np.sort(keys), keys, side="right") - self.begins[self.owner]

    @cached_property
    def first(self) -> Floats:
        """The rank of the nearest linked one, by segment that has any; where it is tied, what is expected."""
        if not len(self.begins):
            return np.zeros(0)
        nearest = np.minimum.reduceat(self.less, self.begins)
        at_first = self.less == nearest[self.owner]
        together = self.sums(at_first)
        tied = self.sums(np.where(at_first, self.tied, 0)) / together
        return nearest + (tied + 1) / (together + 1)

    def spread(self, values: Floats) -> Floats:
        """What every segment contributes, (draws, queries), NaN for those without linked ones."""
        found = np.full(self.draws * self.queries, np.nan)
        found[self.segments] = values
        return found.reshape(self.draws, self.queries)


def ranks_of(
    less: Places, upto: Places, rows: Places, draw: npt.NDArray[np.integer], *, draws: int, queries: int
) -> Ranks:
    """The ranks of linked ones given in any order, with the query and the draw of each."""
    segment = draw.astype(np.int64) * queries + rows
    order = np.argsort(segment, kind="stable")
    segment = segment[order]
    begins = np.flatnonzero(np.diff(segment, prepend=-1))
    return Ranks(less[order], upto[order], begins, segment[begins], draws, queries)
