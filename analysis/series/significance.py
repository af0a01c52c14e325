"""Which of many differences are real: paired tests on the same samples, corrected for how many are made.

Two spaces on one task answer for the same samples, and their draws weigh these the same: the difference of their
numbers has draws of its own, whose spread is that of the difference, samples and seeds both (`tasks.intervals`). Holm
(1979): the i-th smallest of m p-values counts (m - i + 1) times, never less than the one before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.result import Result
from analysis.tasks.intervals import Scores, spread_of

LEVEL = 0.05


@dataclass(frozen=True)
class Difference:
    """How far one space is above another: value, 95 % interval, p (two-sided), before any correction."""

    value: float
    low: float
    high: float
    p: float


def holm(p_values: Sequence[float]) -> npt.NDArray[np.float64]:
    """P-values corrected by Holm's step-down, in their order; NaN stays and does not count.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(given))
    order = known[np.argsort(given[known], kind="stable")]
    stepped = given[order] * np.arange(len(order), 0, -1)
    corrected = np.full(len(given), np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return corrected


def p_words(p: float) -> str:
    """A p-value as papers write it.

    >>> p_words(0.00004), p_words(0.0312), p_words(1.0)
    ('p < 0.001', 'p = 0.031', 'p = 1.0')
    """
    if p < 0.001:
        return "p < 0.001"
    return "p = 1.0" if p > 0.995 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def scores_in(result: Result, number: str) -> Scores | None:
    """A number of a kept score with its draws; None where it has none."""
    if f"seeds-{number}" not in result.arrays or result.numbers[number].value is None:
        return None
    return Scores(np.asarray(result.arrays[f"seeds-{number}"]), np.asarray(result.arrays[f"drawn-{number}"]))


def difference(a: Scores, b: Scores, *, stretch: float = 1.0) -> Difference | None:
    """How far a is above b on the same samples, seeds and draws; None where they are not, or draws are too few."""
    if a.values.shape != b.values.shape or a.drawn.shape != b.drawn.shape:
        return None
    apart = a.minus(b)
    spread = spread_of(apart, stretch=stretch)
    if spread is None:
        return None
    return Difference(apart.value, apart.value + spread.low, apart.value + spread.high, spread.p_value(apart.value))


def all_pairs(scores: Mapping[str, Scores], *, stretch: float = 1.0) -> dict[tuple[str, str], Difference]:
    """Every two of the spaces, the first above the second."""
    names = list(scores)
    found = {}
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            one = difference(scores[a], scores[b], stretch=stretch)
            if one is not None:
                found[a, b] = one
    return found
