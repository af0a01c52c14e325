"""Sums of products of a sample's rows, from which H-score and LogME follow; of blocks too, so that draws are sums.

Rows stand about the mean of all (sums about it keep the digits of a narrow cone), each extended to (x, |x|², 1). A
subset is a sum of blocks; a target shuffled changes the sums per class alone, so the null shares the spectrum. More
dimensions than rows are turned into as many as rows first, which no sum of products can tell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.comparison.latest import Latest
from analysis.comparison.moments import about_the_mean
from analysis.cores import on_each_core
from analysis.number import CannotAnalyze
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target
from analysis.transferability.shifted import Shifted

Rows = npt.NDArray[np.intp]
Sums = tuple[Floats, Floats, Floats, Floats]  # of a block: extended products, of its target the sums, squares, totals

CHUNK = 1 << 11  # rows in double precision at a time
HELD = 1 << 29  # bytes of blocks' sums kept; wider ones are multiplied anew for each draw
WORK = 8e11  # dimensions cubed that a number's draws may cost, and the draws it gets in any case
FEWEST_DRAWS = 40
NOTHING = 1e-14  # an eigenvalue below this share of the largest is zero
SHRUNK = 1e-8  # with less shrinkage a covariance is inverted axis by axis


@dataclass(frozen=True, eq=False)
class Gram:
    """Extended sums of n rows (k + 2, k + 2) about `center` (k,); `d`: dimensions of the space."""

    sums: Floats
    center: Floats
    d: int

    @cached_property
    def n(self) -> int:
        """How many rows."""
        return round(float(self.sums[-1, -1]))

    @cached_property
    def about_mean(self) -> tuple[Floats, float]:
        """About the rows' own mean: the sum of their outer products (k, k), and of |x|⁴."""
        return about_the_mean(self.sums, centered=True)

    @cached_property
    def mean(self) -> Floats:
        """Their mean, less `center`, (k,)."""
        found: Floats = self.sums[:-2, -1] / self.sums[-1, -1]
        return found

    def principal(self, most: int) -> tuple[Floats, Floats]:
        """Sums of squares along at most so many principal axes, widest first, and the axes as columns (k, p)."""
        from scipy.linalg import eigh

        k = len(self.center)
        values, axes = eigh(self.about_mean[0], subset_by_index=(max(0, k - most), k - 1))
        count = int((values > NOTHING * values[-1]).sum())
        return values[::-1][:count], axes[:, ::-1][:, :count]

    @cached_property
    def raw(self) -> Shifted:
        """Sums of products of the rows as they are, not about their mean."""
        across = np.outer(self.sums[:-2, -1], self.center)
        return Shifted(self.sums[:-2, :-2] + across + across.T + self.n * np.outer(self.center, self.center))

    @cached_property
    def spectrum(self) -> Floats:
        """Squared singular values of the rows as they are, min(n, d) of them."""
        values = self.raw.values[: min(self.n, self.d)]
        return np.where(values > NOTHING * values[0], values, 0.0)

    @cached_property
    def shrinkage(self) -> float:
        """Ledoit and Wolf's (2004) weight of the scaled identity in the covariance, 0 to 1."""
        covariance = self.about_mean[0] / self.n
        squares, trace = float(np.square(covariance).sum()), float(np.trace(covariance))
        beta = (self.about_mean[1] / self.n - squares) / (self.d * self.n)
        delta = (squares - trace**2 / self.d) / self.d
        return min(1.0, max(0.0, beta / delta)) if delta > 0 else 0.0

    def whitened(self, rows: Floats) -> Floats:
        """Squared lengths of some rows (m, k) under the pseudo-inverse of the shrunk covariance, (m,)."""
        from scipy.linalg import solve_triangular

        triangle = self._triangle
        white = rows @ self._axes if triangle is None else solve_triangular(triangle, rows.T, lower=True).T
        found: Floats = np.einsum("mk,mk->m", white, white)
        return found

    @cached_property
    def _shrunk(self) -> Floats:
        covariance = self.about_mean[0] / self.n
        floor = self.shrinkage * float(np.trace(covariance)) / self.d
        found: Floats = (1 - self.shrinkage) * covariance + floor * np.eye(len(covariance))
        return found

    @cached_property
    def _triangle(self) -> Floats | None:
        if self.shrinkage < SHRUNK:  # it may be singular
            return None
        return np.asarray(np.linalg.cholesky(self._shrunk), np.float64)

    @cached_property
    def _axes(self) -> Floats:
        values, axes = np.linalg.eigh(self._shrunk)
        kept = values > NOTHING * values[-1]
        found: Floats = axes[:, kept] / np.sqrt(values[kept])
        return found


@dataclass(frozen=True, eq=False)
class Moments:
    """Rows with a target: their Gram, and the sum of the rows of each class about `center` (classes, k).

    `sizes`: of the classes. Of numbers instead: one row, the sum of value times row; `squares`: of each column.
    """

    gram: Gram
    sums: Floats
    sizes: Floats
    squares: Floats
    totals: Floats

    @property
    def raw(self) -> Floats:
        """The sums of the rows as they are."""
        return self.sums + np.outer(self.totals, self.gram.center)


class BlockMoments:
    """The moments of a sample: whole, of some of its blocks, and under a target shuffled."""

    def __init__(self, sample: Sample) -> None:
        self.target, self.d = sample.target, sample.vectors.shape[1]
        self.rows = _fewer_dimensions(sample.vectors)
        self.center = self.rows.mean(axis=0, dtype=np.float64)
        self.blocks = [np.flatnonzero(sample.block_of == block) for block in range(sample.blocks)]
        k = self.rows.shape[1] + 2
        self.draws = max(FEWEST_DRAWS, int(WORK / k**3))
        held = 8 * len(self.blocks) * k * (k + max(1, self.target.classes)) <= HELD
        made = on_each_core(lambda rows: self._sums(rows, self.target), self.blocks)
        self._held = list(made) if held else None
        self._all = _added(self._held or made)
        self.whole = self._of(self._all)
        self.gram = self.whole.gram
        self._latest, self._dealt = Latest(), Latest()

    def part(self, drawn: Mask) -> Moments:
        """Of the samples in the blocks drawn, a mask (blocks,); the latest is kept for the next who asks."""

        def make() -> Moments:
            left = np.flatnonzero(~drawn)  # the fewer
            made = (self._sums(self.blocks[block], self.target) for block in left)
            return self._without(made if self._held is None else [self._held[block] for block in left])

        return self._latest.of(drawn, make)

    def dealt(self, target: Target) -> Moments:
        """Under another target of the same samples; the latest is kept."""

        def make() -> Moments:
            sums = sum(target.of_rows(part).indicator() @ self.about_center(part) for part in self._parts())
            return self._moments(self.gram, np.asarray(sums), *_sizes(target))

        return self._dealt.of(target, make)

    def about_center(self, rows: Rows) -> Floats:
        """Some rows about the mean of all, in double precision."""
        found: Floats = self.rows[rows] - self.center
        return found

    def along(self, axes: Floats, rows: Rows | None = None) -> Floats:
        """Coordinates (m, p) of some rows, or all, on axes (k, p), about the mean of all."""
        asked = np.arange(len(self.rows)) if rows is None else rows
        parts = [self.about_center(asked[part]) @ axes for part in self._parts(len(asked))]
        return np.concatenate(parts)

    def _parts(self, n: int | None = None) -> list[Rows]:
        count = len(self.rows) if n is None else n
        return [np.arange(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]

    def _sums(self, rows: Rows, target: Target) -> Sums:
        wide = np.ones((len(rows), self.rows.shape[1] + 2))
        wide[:, :-2] = self.about_center(rows)
        wide[:, -2] = np.einsum("nk,nk->n", wide[:, :-2], wide[:, :-2])
        own = target.of_rows(rows)
        return (wide.T @ wide, own.indicator() @ wide[:, :-2], *_sizes(own))

    def _without(self, blocks: Iterable[Sums]) -> Moments:
        """The moments of all blocks but some."""
        products, sums, squares, totals = self._all
        for one in blocks:
            products, sums, squares, totals = products - one[0], sums - one[1], squares - one[2], totals - one[3]
        return self._of((products, sums, squares, totals))

    def _of(self, sums: Sums) -> Moments:
        return self._moments(Gram(sums[0], self.center, self.d), *sums[1:])

    def _moments(self, gram: Gram, sums: Floats, squares: Floats, totals: Floats) -> Moments:
        if not self.target.classes:
            return Moments(gram, sums, np.array([float(gram.n)]), squares, totals)
        present = totals > 0
        if present.sum() < 2:
            raise CannotAnalyze("The samples drawn have one class.")
        return Moments(gram, sums[present], totals[present], squares[present], totals[present])


def _added(blocks: Iterable[Sums]) -> Sums:
    products, sums, squares, totals = (sum(parts[1:], parts[0]) for parts in zip(*blocks, strict=True))
    return products, sums, squares, totals


def _sizes(target: Target) -> tuple[Floats, Floats]:
    """Sum of squares, and sum, of each column of a target."""
    columns = target.indicator()
    return columns.power(2).sum(axis=1), columns.sum(axis=1)


def scored(sample: Sample, value: Callable[[Moments], float]) -> Score:
    """The score of an estimator that follows from the moments."""
    moments = sample.moments
    return Score(
        value(moments.whole),
        sample.target,
        part=lambda drawn: value(moments.part(drawn)),
        dealt=lambda target: value(moments.dealt(target)),
        draws=moments.draws,
    )


def _fewer_dimensions(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.floating]:
    """The rows; wider than long, in coordinates of as many dimensions as there are rows."""
    n, d = vectors.shape
    if d <= n:
        return vectors
    rows = vectors.astype(np.float64)
    values, axes = np.linalg.eigh(rows @ rows.T)
    return np.asarray(axes * np.sqrt(np.maximum(values, 0.0)))
