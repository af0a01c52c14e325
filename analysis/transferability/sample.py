"""What an estimator reads: the labelled rows of a space, their target, and the blocks that intervals are drawn from.

The blocks depend on the labels and the seed alone, so that every space of a study is drawn alike: differences between
spaces are then known better than the spaces are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.labels import Labels
from analysis.number import CannotAnalyze
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    from analysis.transferability.moments import BlockMoments

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BLOCKS = 40  # of samples, of which a draw takes some
FEWEST = 4  # samples that have a label


@dataclass(frozen=True, eq=False)
class Target:
    """What is to be told from the vectors: `codes` (n,) from 0 without gaps, or `values` (n,) where `classes` is 0."""

    classes: int
    codes: npt.NDArray[np.intp]
    values: Floats

    @property
    def n(self) -> int:
        """How many samples."""
        return len(self.codes) if self.classes else len(self.values)

    def of_rows(self, rows: npt.NDArray[np.intp]) -> "Target":
        """Of some samples; a class may lose all its samples, its code stays."""
        return replace(self, codes=self.codes[rows]) if self.classes else replace(self, values=self.values[rows])

    def permuted(self, rng: np.random.Generator) -> "Target":
        """The same target shuffled among the samples."""
        return self.of_rows(rng.permutation(self.n))

    def indicator(self) -> Any:
        """Sparse (columns, n): a row for each class, or the values."""
        from scipy.sparse import csr_array

        row = self.codes if self.classes else np.zeros(self.n, dtype=np.intp)
        weights = np.ones(self.n) if self.classes else self.values
        return csr_array((weights, (row, np.arange(self.n))), shape=(max(1, self.classes), self.n))


@dataclass(frozen=True, eq=False)
class Sample:
    """The rows (n, d) of a space that have a label, their target, and which block each belongs to, (n,)."""

    name: str
    vectors: npt.NDArray[np.float32]
    target: Target
    block_of: npt.NDArray[np.intp]
    seed: int
    _some: dict[int, "Sample"] = field(default_factory=dict)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return int(self.block_of.max()) + 1

    @cached_property
    def moments(self) -> "BlockMoments":
        """Their sums of products, whole and by block."""
        from analysis.transferability.moments import BlockMoments

        return BlockMoments(self)

    def some(self, most: int) -> "Sample":
        """At most so many of the rows, the same ones in every space."""
        if len(self.vectors) <= most:
            return self
        if most not in self._some:
            order = np.random.default_rng([self.seed % (1 << 63), 37]).permutation(len(self.vectors))
            rows = np.sort(order[:most])
            parts = (self.vectors[rows], self.target.of_rows(rows), self.block_of[rows])
            self._some[most] = Sample(self.name, *parts, self.seed)
        return self._some[most]

    def drawn(self, blocks: Mask) -> tuple[npt.NDArray[np.intp], Target]:
        """The rows in the blocks drawn, a mask (blocks,), and their target; CannotAnalyze where they are one class."""
        rows = np.flatnonzero(blocks[self.block_of])
        target = self.target.of_rows(rows)
        if target.classes and len(np.unique(target.codes)) < 2:
            raise CannotAnalyze("The samples drawn have one class.")
        return rows, target

    def principal(self, most: int, share: float = 1.0) -> Floats:
        """Coordinates (n, p) on the leading principal axes: at most so many, as few as hold that share of variance."""
        values, axes = self.moments.gram.principal(most)
        held = np.cumsum(values) / np.trace(self.moments.gram.about_mean[0])
        count = int(np.searchsorted(held, share - 1e-12)) + 1
        return self.moments.along(axes[:, :count])


@dataclass(frozen=True, eq=False)
class Score:
    """What an estimator makes of a sample: its value, and what draws of its interval and its null would give.

    `target`: of the samples it read. `part(drawn)`: of those in the blocks drawn, a mask (blocks,). `dealt(target)`:
    under another target of the same samples.
    """

    value: float
    target: Target
    part: Callable[[Mask], float]
    dealt: Callable[[Target], float]
    draws: int = 1 << 30  # at most
    stretch: float = 1.0  # of the interval, for what its draws keep fixed


def sample_of(space: EmbeddingSpace, labels: Labels, seed: int) -> Sample:
    """The labelled rows of a space; CannotAnalyze where there is nothing to tell from them."""
    rows = np.flatnonzero(labels.known)
    if len(rows) < FEWEST:
        raise CannotAnalyze(f"Label {labels.name!r} is known of {len(rows)} samples; {FEWEST} are needed.")
    vectors = space.vectors if len(rows) == space.n else space.vectors[rows]
    if not np.ptp(vectors, axis=0).any():
        raise CannotAnalyze(f"All vectors of {space.name} are equal, so they tell nothing.")
    rng = np.random.default_rng([seed % (1 << 63), 31])
    block_of = rng.permutation(np.arange(len(rows)) % blocks_of(len(rows)))
    return Sample(space.name, vectors, target_of(labels), block_of, seed)


def blocks_of(n: int) -> int:
    """How many blocks so many samples are dealt into."""
    return min(BLOCKS, n)


def target_of(labels: Labels) -> Target:
    """The target of a label column, of the samples that have one."""
    none = np.empty(0, np.intp)
    if labels.kind == "numeric":
        values = labels.values[labels.known]
        if np.ptp(values) == 0:
            raise CannotAnalyze(f"Label {labels.name!r} has one value, so there is nothing to tell.")
        return Target(0, none, values)
    found, codes = np.unique(labels.codes[labels.known], return_inverse=True)
    if len(found) < 2:
        raise CannotAnalyze(f"Label {labels.name!r} has one class, so there is nothing to tell apart.")
    if len(found) == len(codes):
        raise CannotAnalyze(f"Each class of label {labels.name!r} has one sample, so there is nothing to learn.")
    return Target(len(found), codes.astype(np.intp), np.empty(0))
