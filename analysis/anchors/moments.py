"""Sufficient statistics of least squares, block by block: every fit, error and bootstrap draw needs nothing else.

With X = [H, 1] the rows of a block and Y their targets: X'X, X'Y, the sums of squares of Y, and n, all in float64
(float32 sums are wrong in the fourth digit). Memory is O(blocks * d^2), however long the text.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
MOST_BYTES = 1 << 30
MOST_BLOCKS, FEWEST_BLOCKS = 64, 10


@dataclass(frozen=True, eq=False)
class Total:
    """Moments of some rows together. `gram` (D, D), `cross` (D, R), `square` (R,); the last of D columns is 1."""

    gram: Floats
    cross: Floats
    square: Floats
    n: float

    @property
    def mean(self) -> Floats:
        """Of each target, (R,)."""
        return np.asarray(self.cross[-1] / self.n)

    @property
    def variance(self) -> Floats:
        """Of each target, (R,)."""
        return np.maximum(self.square / self.n - self.mean**2, 0.0)

    def error(self, coefficients: Floats) -> Floats:
        """Mean squared error of predictions X v, (R,), v a column of `coefficients` (D, R) for each target."""
        fitted = (coefficients * (self.gram @ coefficients)).sum(axis=0)
        return np.asarray((self.square - 2 * (coefficients * self.cross).sum(axis=0) + fitted) / self.n).clip(0)

    def moved(self, shift: Floats) -> "Total":
        """The moments after <shift, x> is added to every target, `shift` (D,): as rows moved by u move log Z."""
        gram = self.gram @ shift
        square = self.square + 2 * (shift @ self.cross) + shift @ gram
        return Total(self.gram, self.cross + gram[:, None], square, self.n)


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of every block: `gram` (B, D, D), `cross` (B, D, R), `square` (B, R), `n` (B,)."""

    gram: Floats
    cross: Floats
    square: Floats
    n: Floats

    @staticmethod
    def empty(blocks: int, width: int, targets: int) -> "Moments":
        """No rows yet, of states of this width."""
        d = width + 1
        shapes = (blocks, d, d), (blocks, d, targets), (blocks, targets), (blocks,)
        return Moments(*map(np.zeros, shapes))

    def add(self, block: int, states: npt.NDArray[np.floating], targets: Floats) -> Floats:
        """Count rows in; the design [H, 1] in float64, (m, D)."""
        design = designed(states)
        self.gram[block] += design.T @ design
        self.cross[block] += design.T @ targets
        self.square[block] += np.square(targets).sum(axis=0)
        self.n[block] += len(design)
        return design

    def total(self, weights: Floats | None = None) -> Total:
        """All blocks together, each as often as `weights` (B,) has it."""
        w = np.ones(len(self.n)) if weights is None else weights
        grams = (w @ self.gram.reshape(len(w), -1)).reshape(self.gram.shape[1:])
        return Total(grams, np.tensordot(w, self.cross, 1), w @ self.square, float(w @ self.n))


def designed(states: npt.NDArray[np.floating]) -> Floats:
    """States with a column of ones, float64."""
    return np.concatenate([states.astype(np.float64), np.ones((len(states), 1))], axis=1)


def blocks_for(width: int, windows: int) -> int:
    """How many blocks to hold: 64 where memory allows, never more than windows."""
    held = MOST_BYTES // (8 * (width + 1) ** 2)
    return max(1, min(windows, MOST_BLOCKS, max(FEWEST_BLOCKS, held)))
