"""Multinomial logistic regression with an L2 penalty, exact and quick, along a grid of penalties.

    min over W, b of   C sum_i [log sum_k exp(z_i W_k + b_k) - (z_i W_y + b_y)] + |W|² / 2

as scikit-learn states it; with two classes its single weight vector is W_1 - W_0 at half of C. Solved by L-BFGS
(Nocedal 1980) on rows turned to their principal axes, where Z'Z is diagonal: the steps start from the diagonal Newton
scaling 1 / (n h_k s_j² + 1/C), h_k being class k's mean p (1 - p), which leaves few iterations at any penalty. The grid
is walked from strong to weak penalties, each solution starting the next, and what earlier steps say of the loss's
curvature is kept along the way: a penalty adds its own, which is known. Products run in the rows' own precision, sums
of the objective in float64.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.tasks.rotated import Floats

Rows = npt.NDArray[np.floating]
Codes = npt.NDArray[np.integer]

BLOCK = 1024  # rows whose logits are held at a time: they fit the processor's cache
MEMORY = 12  # pairs of steps and changes of the gradient that L-BFGS keeps
ENOUGH = 1e-4  # Armijo: share of the decrease a slope promises that a step must bring
HALVINGS = 40
SAFE = 60.0  # logits beyond which a row is shifted before it is exponentiated
THINNED = 4  # one row in so many tells the mean p (1 - p), which only scales steps
FLATTEST = 1e-6  # mean p (1 - p) below which a class counts as that curved


@dataclass(frozen=True, eq=False)
class Fit:
    """A solution at one C: `weights` (r + 1, K), the last row the intercepts; `objective` as scikit-learn states it."""

    c: float
    weights: Floats
    objective: float
    iterations: int
    converged: bool

    def logits(self, rows: Rows) -> Rows:
        """Scores (m, K) of turned rows."""
        weights = self.weights.astype(rows.dtype)
        found: Rows = rows @ weights[:-1] + weights[-1]
        return found


def probabilities(logits: Rows) -> Floats:
    """Softmax of each row, in float64."""
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    np.exp(wide, out=wide)
    wide /= wide.sum(axis=1, keepdims=True)
    return wide


def fit_path(
    rows: Rows,
    codes: Codes,
    classes: int,
    squares: Floats,
    cs: Sequence[float],
    *,
    tolerance: float = 1e-3,
    last: float | None = None,
    most: int = 1000,
) -> list[Fit]:
    """Fit turned rows (n, r) with classes `codes` (n,) at each C, given in rising order.

    A fit ends when the decrease of the mean loss that a scaled Newton step promises is below `tolerance`² / 2, or after
    `most` steps; 1e-8 is as exact as float64 gets. `last`: the tolerance at the last C, where that is another.
    """
    path = _Path(rows, codes, classes, squares)
    fits = [path.fit(float(c), tolerance, most) for c in cs[:-1]]
    return [*fits, path.fit(float(cs[-1]), tolerance if last is None else last, most)]


@dataclass(frozen=True, eq=False)
class _Point:
    """Weights with their mean loss, its gradient (r + 1, K), and mean p (1 - p) of each class (K,); no penalty."""

    weights: Floats
    loss: float
    gradient: Floats
    spread: Floats


class _Path:
    """Where the walk stands, and what it learnt of the curvature: steps, with the change of the loss's gradient."""

    def __init__(self, rows: Rows, codes: Codes, classes: int, squares: Floats) -> None:
        self.rows, self.codes, self.n, self.classes = rows, codes.astype(np.intp), len(rows), classes
        self.squares = squares / len(rows)  # per row
        self.buffer = np.empty((min(BLOCK, self.n), classes), rows.dtype)
        self.now = self.at(np.zeros((rows.shape[1] + 1, classes)))
        self.steps: deque[tuple[Floats, Floats]] = deque(maxlen=MEMORY)

    def at(self, weights: Floats) -> _Point:
        """The loss there, a block of rows at a time."""
        narrow = weights.astype(self.rows.dtype)
        gradient = np.zeros_like(weights)
        total, spread = 0.0, np.zeros(self.classes)
        for begin in range(0, self.n, BLOCK):
            rows, codes = self.rows[begin : begin + BLOCK], self.codes[begin : begin + BLOCK]
            logits = np.matmul(rows, narrow[:-1], out=self.buffer[: len(rows)])
            logits += narrow[-1]
            if max(float(logits.max()), -float(logits.min())) > SAFE:
                logits -= logits.max(axis=1, keepdims=True)
            place = np.arange(len(rows))
            own = logits[place, codes].sum(dtype=np.float64)
            np.exp(logits, out=logits)
            sums = logits.sum(axis=1, keepdims=True)
            total += float(np.log(sums).sum(dtype=np.float64)) - own
            logits /= sums
            some = logits[::THINNED]
            spread += (some * (1 - some)).sum(axis=0, dtype=np.float64) * (len(rows) / len(some))
            logits[place, codes] -= 1
            gradient[:-1] += rows.T @ logits
            gradient[-1] += np.ones(len(rows), logits.dtype) @ logits
        return _Point(weights, total / self.n, gradient / self.n, spread / self.n)

    def fit(self, c: float, tolerance: float, most: int) -> Fit:
        """Go on from here to the solution at C."""
        penalty = (2.0 if self.classes == 2 else 1.0) / (c * self.n)
        iteration, enough = 0, tolerance**2
        while True:
            gradient = _penalized(self.now.gradient, self.now.weights, penalty)
            curved = np.maximum(self.now.spread, FLATTEST)
            scaling = np.vstack([1 / (self.squares[:, None] * curved + penalty), 1 / curved[None]])
            decrease = float(np.vdot(gradient, scaling * gradient))  # twice what a Newton step would bring
            if decrease <= enough or iteration >= most:
                break
            if not self._step(gradient, scaling, penalty):  # as far as the precision goes
                enough = max(enough, 1e-10)
                break
            iteration += 1
        value = self._value(self.now, penalty)
        return Fit(c, self.now.weights, value * c * self.n, iteration, decrease <= enough)

    def _value(self, point: _Point, penalty: float) -> float:
        weights = point.weights[:-1]
        return point.loss + penalty / 2 * float(np.vdot(weights, weights))

    def _step(self, gradient: Floats, scaling: Floats, penalty: float) -> bool:
        """Move along L-BFGS's direction until the value falls as the slope promises; whether it did."""
        direction = self._direction(gradient, scaling, penalty)
        slope = float(np.vdot(gradient, direction))
        if slope >= 0:
            self.steps.clear()
            direction = -scaling * gradient
            slope = float(np.vdot(gradient, direction))
        value, length = self._value(self.now, penalty), 1.0
        for _ in range(HALVINGS):
            point = self.at(self.now.weights + length * direction)
            if self._value(point, penalty) <= value + ENOUGH * length * slope:
                self.steps.append((point.weights - self.now.weights, point.gradient - self.now.gradient))
                self.now = point
                return True
            length /= 2
        return False

    def _direction(self, gradient: Floats, scaling: Floats, penalty: float) -> Floats:
        """L-BFGS's two loops, between them the diagonal scaling at the length that the last step found right."""
        found = gradient.copy()
        known = []
        for step, change in self.steps:
            whole = _penalized(change, step, penalty)
            if (product := float(np.vdot(step, whole))) > 0:
                known.append((step, whole, product))
        amounts = []
        for step, whole, product in reversed(known):
            amounts.append(float(np.vdot(step, found)) / product)
            found -= amounts[-1] * whole
        if known:
            _, whole, product = known[-1]
            found *= product / float(np.vdot(whole, scaling * whole))
        found *= scaling
        for (step, whole, product), amount in zip(known, reversed(amounts), strict=True):
            found += (amount - float(np.vdot(whole, found)) / product) * step
        return -found


def _penalized(gradient: Floats, weights: Floats, penalty: float) -> Floats:
    """A gradient (or change of one) of the loss, with the penalty's; intercepts have none."""
    found = gradient.copy()
    found[:-1] += penalty * weights[:-1]
    return found
