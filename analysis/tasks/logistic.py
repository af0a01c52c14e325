"""Multinomial logistic regression with an L2 penalty, exact and quick, along a grid of penalties.

    min over W, b of   C sum_i [log sum_k exp(z_i W_k + b_k) - (z_i W_y + b_y)] + |W|² / 2

as scikit-learn states it; with two classes its single weight vector is W_1 - W_0 at half of C. Solved by L-BFGS
(Nocedal 1980) on rows turned to their principal axes, where Z'Z is diagonal: the steps start from the diagonal Newton
scaling 1 / (n h_k s_j² + 1/C), h_k being class k's mean p (1 - p), which leaves few iterations at any penalty. Products
run in the rows' own precision, sums of the objective in float64; the grid is walked from strong to weak penalties,
each solution starting the next.
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
    most: int = 1000,
    start: Floats | None = None,
) -> list[Fit]:
    """Fit turned rows (n, r) with classes `codes` (n,) at each C, given in rising order.

    Stops when the gradient of the mean loss is below `tolerance` relative to the gradient scale of the rows, measured
    in the metric of the diagonal scaling; 1e-8 is as exact as float64 gets.
    """
    problem = _Problem(rows, codes, classes, squares)
    weights = np.zeros((rows.shape[1] + 1, classes)) if start is None else start
    found = []
    for c in cs:
        fit = _minimized(problem, c, weights, tolerance, most)
        weights = fit.weights
        found.append(fit)
    return found


class _Problem:
    """The loss over the rows, its gradient and its curvature, a block at a time."""

    def __init__(self, rows: Rows, codes: Codes, classes: int, squares: Floats) -> None:
        self.rows, self.codes, self.n, self.classes = rows, codes.astype(np.intp), len(rows), classes
        self.squares = squares / len(rows)  # per row
        self.buffer = np.empty((min(BLOCK, self.n), classes), rows.dtype)

    def at(self, weights: Floats) -> tuple[float, Floats, Floats]:
        """Mean loss, its gradient (r + 1, K), and mean p (1 - p) of each class (K,)."""
        kind = self.rows.dtype
        narrow = weights.astype(kind)
        gradient = np.zeros_like(weights)
        total, spread = 0.0, np.zeros(self.classes)
        for begin in range(0, self.n, BLOCK):
            rows, codes = self.rows[begin : begin + BLOCK], self.codes[begin : begin + BLOCK]
            logits = np.matmul(rows, narrow[:-1], out=self.buffer[: len(rows)])
            logits += narrow[-1]
            logits -= logits.max(axis=1, keepdims=True)
            place = np.arange(len(rows))
            own = logits[place, codes].sum(dtype=np.float64)
            np.exp(logits, out=logits)
            sums = logits.sum(axis=1, keepdims=True)
            total += float(np.log(sums).sum(dtype=np.float64)) - own
            logits /= sums
            spread += logits.sum(axis=0, dtype=np.float64) - np.einsum("ik,ik->k", logits, logits)
            logits[place, codes] -= 1
            gradient[:-1] += rows.T @ logits
            gradient[-1] += logits.sum(axis=0, dtype=np.float64)
        return total / self.n, gradient / self.n, spread / self.n


def _minimized(problem: _Problem, c: float, start: Floats, tolerance: float, most: int) -> Fit:
    two = problem.classes == 2
    penalty = (2.0 if two else 1.0) / (c * problem.n)

    def at(weights: Floats) -> tuple[float, Floats, Floats]:
        loss, gradient, spread = problem.at(weights)
        gradient[:-1] += penalty * weights[:-1]
        return loss + penalty / 2 * float(np.vdot(weights[:-1], weights[:-1])), gradient, spread

    weights = start
    value, gradient, spread = at(weights)
    steps: deque[tuple[Floats, Floats, float]] = deque(maxlen=MEMORY)
    iteration, converged = 0, False
    while True:
        curved = np.maximum(spread, 1e-6)
        scaling = np.vstack([1 / (problem.squares[:, None] * curved + penalty), 1 / curved[None]])
        slope = float(np.vdot(gradient, scaling * gradient))  # twice the decrease that a Newton step would bring
        if slope <= tolerance**2 or iteration >= most:
            converged = slope <= tolerance**2
            break
        direction = _direction(gradient, scaling, steps)
        descent = float(np.vdot(gradient, direction))
        if descent >= 0:
            steps.clear()
            direction = -scaling * gradient
            descent = -slope
        moved, length = None, 1.0
        for _ in range(HALVINGS):
            tried = weights + length * direction
            new = at(tried)
            if new[0] <= value + ENOUGH * length * descent:
                moved = new
                break
            length /= 2
        iteration += 1
        if moved is None:  # as far as the precision goes
            converged = slope <= 1e-10
            break
        step, change = tried - weights, moved[1] - gradient
        product = float(np.vdot(step, change))
        if product > 1e-12 * float(np.vdot(change, change)) ** 0.5 * float(np.vdot(step, step)) ** 0.5:
            steps.append((step, change, product))
        weights, (value, gradient, spread) = tried, moved
    return Fit(c, weights, value * c * problem.n, iteration, converged)


def _direction(gradient: Floats, scaling: Floats, steps: deque[tuple[Floats, Floats, float]]) -> Floats:
    """L-BFGS's two loops, the diagonal scaling between them."""
    found = gradient.copy()
    taken = []
    for step, change, product in reversed(steps):
        amount = float(np.vdot(step, found)) / product
        found -= amount * change
        taken.append(amount)
    found *= scaling
    for (step, change, product), amount in zip(steps, reversed(taken), strict=True):
        found += (amount - float(np.vdot(change, found)) / product) * step
    return -found
