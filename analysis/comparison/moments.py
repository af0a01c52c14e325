"""Sums of products of two spaces' rows, of which every measure that is linear in them is made.

Each row x is extended to (x, |x|², 1), so that one matrix product gives the cross products, the sums, and the sums
of |x|²|y|² that unbiased estimates subtract; of any subset too, about the subset's own mean. A permutation of the
samples changes the cross products alone; a subset is a sum of blocks. So a draw of a null costs one product in single
precision, and a draw of an interval a sum of a few matrices.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.comparison.latest import Latest
from analysis.cores import on_each_core
from analysis.number import CannotAnalyze
from analysis.space import EmbeddingSpace

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]
Basis = Literal["centered", "raw", "unit"]

CHUNK = 1 << 11  # rows in double precision at a time
GATHERED = 1 << 16  # rows shuffled at a time
BLOCKS = 40  # of samples, half of which are drawn at a time
HELD = 1 << 29  # bytes of blocks' products kept; wider spaces are multiplied anew for each draw


@dataclass(frozen=True, eq=False)
class Side:
    """One space: sum of the rows (d,), of their outer products (d, d), of |x|² and of |x|⁴."""

    total: Floats
    products: Floats
    squares: float
    fourths: float

    @cached_property
    def axes(self) -> tuple[Floats, Floats]:
        """Sums of squares along the principal axes, widest first, and the axes as columns (d, d)."""
        values, vectors = np.linalg.eigh(self.products)
        return np.maximum(values[::-1], 0.0), vectors[:, ::-1]


@dataclass(frozen=True, eq=False)
class Cross:
    """Two spaces of n samples: sum of x y' (d, e), of |x|²|y|², and each side."""

    n: int
    products: Floats
    norms: float
    x: Side
    y: Side


@dataclass(frozen=True, eq=False)
class Extended:
    """A space's rows (n, d + 2): x, |x|² and 1; x less the mean (`centered`), as it is or at length one, and scaled."""

    rows: Rows
    centered: bool

    @cached_property
    def blocks(self) -> list[npt.NDArray[np.intp]]:
        """Which samples belong to each block; those of a space's partner are the same."""
        n = len(self.rows)
        return np.array_split(np.random.default_rng(n).permutation(n), min(BLOCKS, n))

    @cached_property
    def own(self) -> Floats:
        """Sum of the outer products of the rows with themselves (d + 2, d + 2), whatever they are compared with."""
        parts = on_each_core(lambda part: (wide := self.wide(part)).T @ wide, _parts(len(self.rows)))
        return sum(parts, np.zeros((self.rows.shape[1],) * 2))

    def wide(self, part: slice) -> Floats:
        """Some rows in double precision."""
        return self.rows[part].astype(np.float64)


def extended(space: EmbeddingSpace, basis: Basis) -> Extended:
    """The rows of a space, ready to be multiplied. CannotAnalyze where all vectors are equal, or zero."""
    vectors, (n, d) = space.vectors, space.vectors.shape
    near = vectors[:CHUNK].mean(axis=0, dtype=np.float64)  # sums about it keep the digits of a narrow cone
    summed = np.zeros(d)
    apart = size = 0.0
    for total, spread, squares in on_each_core(lambda part: _sums(vectors[part], near), _parts(n)):
        summed, apart, size = summed + total, apart + spread, size + squares
    center, scale = near + summed / n, size
    if basis == "centered":
        scale = apart - float(summed @ summed) / n
    if scale <= 1e-14 * size or size == 0:
        raise CannotAnalyze(f"All vectors of {space.name} are equal, so there is no structure to compare.")
    rows = np.empty((n, d + 2), np.float32)
    rows[:, d + 1] = 1

    def make(part: slice) -> None:
        made = vectors[part].astype(np.float64)
        if basis == "unit":
            length = np.sqrt(np.einsum("nd,nd->n", made, made))[:, None]
            made /= np.where(length > 0, length, 1)
        else:
            made -= center if basis == "centered" else 0.0
            made /= np.sqrt(scale / n)
        rows[part, :d] = made
        rows[part, d] = np.einsum("nd,nd->n", made, made)

    list(on_each_core(make, _parts(n)))
    return Extended(rows, basis == "centered")


def _sums(vectors: Rows, near: Floats) -> tuple[Floats, float, float]:
    """Of some rows: the sum of what they are apart from a point, of its squares, and of their own squares."""
    rows = vectors.astype(np.float64)
    size = float(np.vdot(rows, rows))
    rows -= near
    return rows.sum(axis=0), float(np.vdot(rows, rows)), size


def _parts(n: int, height: int = CHUNK) -> list[slice]:
    return [slice(start, min(start + height, n)) for start in range(0, n, height)]


class Pair:
    """Two extended spaces: their moments, those of random permutations of one, and those of subsets of both."""

    def __init__(self, x: Extended, y: Extended) -> None:
        self.x, self.y = x, y
        self._latest = Latest()
        n = len(x.rows)
        parts = on_each_core(lambda part: x.wide(part).T @ y.wide(part), _parts(n))
        across = sum(parts, np.zeros((x.rows.shape[1], y.rows.shape[1])))
        self.whole = self._of(across, x.own, y.own)
        widest = max(x.rows.shape[1], y.rows.shape[1])
        self._held = 3 * 4 * widest**2 * min(BLOCKS, n) <= HELD

    def permuted(self, order: npt.NDArray[np.intp]) -> Cross:
        """The second space's samples shuffled; the latest is kept, for the next measure that asks for it."""

        def make() -> Cross:
            products = np.zeros((self.x.rows.shape[1], self.y.rows.shape[1]))
            for part in _parts(len(order), GATHERED):  # never all rows of a space again
                products += self.x.rows[part].T @ self.y.rows[order[part]]
            return self._cross(products, self.whole.x, self.whole.y)

        return self._latest.of(order, make)

    def half(self, draw: npt.NDArray[np.bool_]) -> Cross:
        """The samples of the blocks drawn, (blocks,), about their own means; the latest is kept."""
        return self._latest.of(draw, lambda: self._subset(draw))

    def _subset(self, drawn: npt.NDArray[np.bool_]) -> Cross:
        if self._held:
            sums = [blocks[drawn].sum(axis=0, dtype=np.float64) for blocks in self._of_blocks]
            return self._of(*sums)
        rows = np.concatenate([block for block, taken in zip(self.x.blocks, drawn, strict=True) if taken])
        left, right = self.x.rows[rows], self.y.rows[rows]
        return self._of(*((a.T @ b).astype(np.float64) for a, b in ((left, right), (left, left), (right, right))))

    @cached_property
    def _of_blocks(self) -> list[Rows]:
        found = []
        for left, right in ((self.x, self.y), (self.x, self.x), (self.y, self.y)):
            found.append(np.stack([left.rows[block].T @ right.rows[block] for block in self.x.blocks]))
        return found

    def _of(self, xy: Floats, xx: Floats, yy: Floats) -> Cross:
        return self._cross(xy, self._side(xx), self._side(yy))

    def _cross(self, xy: Floats, x: Side, y: Side) -> Cross:
        products, norms = about_the_mean(xy, centered=self.x.centered)
        return Cross(round(xy[-1, -1]), products, norms, x, y)

    def _side(self, own: Floats) -> Side:
        products, fourths = about_the_mean(own, centered=self.x.centered)
        total = np.zeros(len(products)) if self.x.centered else own[:-2, -1]
        return Side(total, products, float(np.trace(products)), fourths)


def about_the_mean(sums: Floats, *, centered: bool) -> tuple[Floats, float]:
    """Sum of x y' and of |x|²|y|² from the extended sums; about the means of these rows where they are centered."""
    products, norms = sums[:-2, :-2], float(sums[-2, -2])
    if not centered:
        return products, norms
    n = sums[-1, -1]
    of_x, of_y = sums[:-2, -1], sums[-1, :-2]
    m, u = of_x / n, of_y / n
    m2, u2 = float(m @ m), float(u @ u)
    norms += -2 * float(sums[-2, :-2] @ u) + u2 * float(sums[-2, -1])
    norms += -2 * float(m @ sums[:-2, -2]) + 4 * float(m @ products @ u) - 2 * u2 * float(m @ of_x)
    norms += m2 * float(sums[-1, -2]) - 2 * m2 * float(u @ of_y) + n * m2 * u2
    return products - np.outer(of_x, of_y) / n, norms
