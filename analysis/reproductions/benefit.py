"""What a way to begin brings: its share of what natural pre-training brings over a random network.

b = (s - random) / (natural - random), s the mean score over seeds. Its interval comes from the seeds: scores of each
way are resampled with repeats, all three at once (of three seeds a rough one). A cell counts only where natural -
random is ten points or more and three standard deviations over seeds or more (of the two together); elsewhere it is
flagged, and never averaged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

POINTS = 0.10
DEVIATIONS = 3.0


@dataclass(frozen=True)
class Benefit:
    """A cell: the score, what natural brings over random, whether that is enough, and the share of it with interval."""

    score: float
    denominator: float
    counts: bool
    benefit: float
    low: float
    high: float


def denominator(random: Sequence[float], natural: Sequence[float]) -> tuple[float, bool]:
    """How much natural pre-training brings, and whether that is enough to divide by."""
    gap = float(np.mean(natural) - np.mean(random))
    if min(len(random), len(natural)) < 2:
        return gap, False
    spread = float(np.sqrt(np.var(random, ddof=1) / 2 + np.var(natural, ddof=1) / 2))
    return gap, gap >= POINTS and gap >= DEVIATIONS * spread


def benefit(
    scores: Sequence[float], random: Sequence[float], natural: Sequence[float], *, seed: int = 0, draws: int = 2_000
) -> Benefit:
    """The benefit of a way to begin on a task, from its scores (0 to 1), one a seed."""
    gap, counts = denominator(random, natural)
    mean = float(np.mean(scores))
    if gap == 0:
        return Benefit(mean, gap, False, float("nan"), float("nan"), float("nan"))
    rng = np.random.default_rng(seed)
    means = [
        np.asarray(one)[rng.integers(len(one), size=(draws, len(one)))].mean(axis=1)
        for one in (scores, random, natural)
    ]
    below = means[2] - means[1]
    drawn = (means[0] - means[1])[below > 0] / below[below > 0]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    return Benefit(mean, gap, counts, (mean - float(np.mean(random))) / gap, float(low), float(high))


def headline(cells: Mapping[str, Benefit]) -> float:
    """The mean benefit over the tasks that count; NaN where none does."""
    counted = [one.benefit for one in cells.values() if one.counts]
    return float(np.mean(counted)) if counted else float("nan")


def area(steps: Sequence[int], scores: Sequence[float]) -> float:
    """Mean height of a learning curve from its first point to its last, straight between points."""
    if len(steps) < 2:
        return float(scores[0]) if len(scores) else float("nan")
    widths, heights = np.diff(np.asarray(steps, float)), np.asarray(scores, float)
    return float((widths * (heights[1:] + heights[:-1]) / 2).sum() / widths.sum())


def steps_to(steps: Sequence[int], scores: Sequence[float], threshold: float) -> float:
    """The first step at which a curve is at a threshold, straight between points; NaN where it never is."""
    for place, score in enumerate(scores):
        if score >= threshold:
            if place == 0:
                return float(steps[0])
            before, at = scores[place - 1], steps[place - 1]
            return at + (steps[place] - at) * (threshold - before) / (score - before)
    return float("nan")
