"""Sums of products of a sample's rows, from which H-score and LogME follow; of blocks too, so that draws are sums.

Rows stand about the mean of all (sums about it keep the digits of a narrow cone), each extended to (x, |x|², 1). A
subset is a sum of blocks; a target dealt anew changes the sums per class alone, so the null shares the spectrum. More
dimensions than rows are turned into as many as rows first, which no sum of products can tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.comparison.latest import Latest
from analysis.comparison.moments import about_the_mean
from analysis.cores import on_each_core
from analysis.number import CannotAnalyze
from analysis.transferability.sample import Floats, Mask, Sample, Score, Target

CHUNK = 1 << 11  # rows multiplied at a time
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

    @cached_property
    def principal(self) -> tuple[Floats, Floats]:
        """Sums of squares along the principal axes that have any, widest first, and the axes as columns (k, p)."""
        values, axes = np.linalg.eigh(self.about_mean[0])
        count = int((values > NOTHING * values[-1]).sum())
        return values[::-1][:count], axes[:, ::-1][:, :count]

    @cached_property
    def spectrum(self) -> tuple[Floats, Floats]:
        """Squared singular values of the rows as they are, min(n, d) of them, and their axes as columns."""
        across = np.outer(self.sums[:-2, -1], self.center)
        raw = self.sums[:-2, :-2] + across + across.T + self.n * np.outer(self.center, self.center)
        values, axes = np.linalg.eigh(raw)
        count = min(self.n, self.d, len(values))
        values, axes = values[::-1][:count], axes[:, ::-1][:, :count]
        return np.where(values > NOTHING * values[0], values, 0.0), axes

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
    """The moments of a sample: whole, of some of its blocks, and under a target dealt anew."""

    def __init__(self, sample: Sample) -> None:
        self.target, self.block_of, self.blocks = sample.target, sample.block_of, sample.blocks
        self.d = sample.vectors.shape[1]
        self.rows = _fewer_dimensions(sample.vectors)
        self.center = self.rows.mean(axis=0)
        self._wide = np.empty((len(self.rows), self.rows.shape[1] + 2))
        self._wide[:, :-2] = self.rows - self.center
        self._wide[:, -2] = np.einsum("nk,nk->n", self._wide[:, :-2], self._wide[:, :-2])
        self._wide[:, -1] = 1
        parts = [slice(start, start + CHUNK) for start in range(0, len(self.rows), CHUNK)]
        products = on_each_core(lambda part: self._wide[part].T @ self._wide[part], parts)
        self.gram = Gram(sum(products, np.zeros((self._wide.shape[1],) * 2)), self.center, self.d)
        self.whole = self._of(self.gram, self.target, None)
        held = 8 * self.blocks * self._wide.shape[1] * (self._wide.shape[1] + max(1, self.target.classes))
        self._held, self._latest, self._dealt = held <= HELD, Latest(), Latest()
        self.draws = max(FEWEST_DRAWS, int(WORK / self.rows.shape[1] ** 3))

    @property
    def about_center(self) -> Floats:
        """The rows about the mean of all, (n, k)."""
        return self._wide[:, :-2]

    def part(self, drawn: Mask) -> Moments:
        """Of the samples in the blocks drawn, a mask (blocks,); the latest is kept for the next who asks."""
        return self._latest.of(drawn, lambda: self._part(drawn))

    def dealt(self, target: Target) -> Moments:
        """Under another target of the same samples; the latest is kept."""
        return self._dealt.of(target, lambda: self._of(self.gram, target, None))

    def _part(self, drawn: Mask) -> Moments:
        if self._held:
            grams, sums, squares, totals = self._by_block
            gram = Gram(grams[drawn].sum(axis=0), self.center, self.d)
            return self._moments(gram, sums[drawn].sum(axis=0), squares[drawn].sum(axis=0), totals[drawn].sum(axis=0))
        rows = np.flatnonzero(drawn[self.block_of])
        wide = self._wide[rows]
        return self._of(Gram(wide.T @ wide, self.center, self.d), self.target.of_rows(rows), wide[:, :-2])

    @cached_property
    def _by_block(self) -> tuple[Floats, Floats, Floats, Floats]:
        order = [np.flatnonzero(self.block_of == block) for block in range(self.blocks)]
        grams = np.stack(list(on_each_core(lambda rows: (part := self._wide[rows]).T @ part, order)))
        columns = self.target.indicator(self.block_of, self.blocks)
        shape = (self.blocks, columns.shape[0] // self.blocks)
        return (
            grams,
            (columns @ self._wide[:, :-2]).reshape(*shape, -1),
            columns.power(2).sum(axis=1).reshape(shape),
            columns.sum(axis=1).reshape(shape),
        )

    def _of(self, gram: Gram, target: Target, rows: Floats | None) -> Moments:
        columns = target.indicator()
        sums = columns @ (self._wide[:, :-2] if rows is None else rows)
        return self._moments(gram, sums, columns.power(2).sum(axis=1), columns.sum(axis=1))

    def _moments(self, gram: Gram, sums: Floats, squares: Floats, totals: Floats) -> Moments:
        if not self.target.classes:
            return Moments(gram, sums, np.array([float(gram.n)]), squares, totals)
        present = totals > 0
        if present.sum() < 2:
            raise CannotAnalyze("The samples drawn have one class.")
        return Moments(gram, sums[present], totals[present], squares[present], totals[present])


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


def _fewer_dimensions(vectors: npt.NDArray[np.float32]) -> Floats:
    """The rows in double precision; wider than long, in coordinates of as many dimensions as there are rows."""
    n, d = vectors.shape
    rows: Floats = vectors.astype(np.float64)
    if d <= n:
        return rows
    values, axes = np.linalg.eigh(rows @ rows.T)
    return np.asarray(axes * np.sqrt(np.maximum(values, 0.0)))
