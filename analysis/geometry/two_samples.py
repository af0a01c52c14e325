"""How far two samples of a space are apart, and what that is beside all other distances.

Scores s grow with distance and are quick to compare: 1 - cos, the square of the euclidean distance, minus the inner
product. The rank of b among a's neighbors is 1 + the number of others nearer to a; the others as far from a, up to
rounding in double precision, share it and are counted too. A zero vector has no direction: under cosine it has no
distance, and is no other.

The percentile is the share of all pairs that are nearer than these two, pairs as far counting half: of all pairs up to
MOST samples, else from a histogram of all (interpolated within its bin, whose ends bound it), else from the pairs among
MOST samples. Those m samples' 95 % interval is Wilson's (1927) with p (1 - p) / v in place of a number of independent
pairs, v = 4 var(p_i) / m (1 - m / n) the variance of a U-statistic (Hoeffding 1948), p_i the share of sample i's pairs;
it is never less than the m / 2 pairs without a sample in common, whose share varies more.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.geometry.cosines import unit
from analysis.geometry.moments import Floats, Vectors
from analysis.geometry.pairs import Rows, comparable, some_rows
from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze, wilson

MOST = 2000  # samples whose pairs are counted here and now
NUMBERS = 1 << 18  # of a block of rows: it fits the processor's cache
ROUNDING = 64 * float(np.finfo(np.float64).eps)
NARROW = 4 * float(np.finfo(np.float32).eps)  # of the greatest distance: where a histogram's pairs may have been put

How = Literal["all", "bins", "sample"]


@dataclass(frozen=True)
class Rank:
    """How many of `of` others are nearer to a sample than some other sample is, and how many are as far as it."""

    nearer: int
    tied: int
    of: int

    @property
    def first(self) -> int:
        """The rank; with ties the first of the ranks that are shared."""
        return self.nearer + 1

    @property
    def last(self) -> int:
        """The last of the ranks that are shared."""
        return self.first + self.tied

    def within(self, k: int) -> bool | None:
        """Whether it is one of the k nearest; None where ties decide."""
        return True if self.last <= k else False if self.first > k else None


@dataclass(frozen=True)
class Percentile:
    """The share of pairs that are nearer, between `low` and `high`, of so many pairs; `how` it was found."""

    value: float
    low: float
    high: float
    pairs: int
    how: How


@dataclass(frozen=True)
class Apart:
    """The distance of samples a and b, the rank of b among a's neighbors, and of a among b's."""

    distance: float
    of_b: Rank
    of_a: Rank


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many pairs of a space have a distance in each bin."""

    edges: Floats
    counts: npt.NDArray[np.integer]


def apart(vectors: Vectors, a: int, b: int, metric: Metric) -> Apart:
    """Compare the two samples with all others, exactly; CannotAnalyze where one of them has no direction."""
    ends = vectors[[a, b]].astype(np.float64)
    if metric == "cosine":
        if not ends.any(axis=1).all():
            raise CannotAnalyze("One of the two vectors is zero, so it has no direction and no cosine distance.")
        ends = unit(ends)
    scores, slack, there = _from(vectors, ends, metric)
    others = there.copy()
    others[[a, b]] = False
    ranks = []
    for side, end in enumerate((b, a)):
        gap = scores[others, side] - scores[end, side]
        room = slack[others, side] + slack[end, side]
        ranks.append(Rank(int((gap < -room).sum()), int((np.abs(gap) <= room).sum()), int(others.sum()) + 1))
    return Apart(_distance(ends[0], ends[1], metric), *ranks)


def _from(vectors: Vectors, ends: Floats, metric: Metric) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Scores of all rows from two, (n, 2), how much of each may be rounding, and which rows have a distance."""
    scores, slack = np.empty((len(vectors), 2)), np.empty((len(vectors), 2))
    there = np.ones(len(vectors), bool)
    for start in range(0, len(vectors), step := max(1, NUMBERS // vectors.shape[1])):
        part = slice(start, start + step)
        rows = vectors[part].astype(np.float64)
        if metric == "euclidean":
            for side, end in enumerate(ends):
                gap = rows - end
                scores[part, side] = np.einsum("nd,nd->n", gap, gap)
            slack[part] = ROUNDING * scores[part]
            continue
        lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))
        products = rows @ ends.T
        if metric == "dot":
            scores[part], slack[part] = -products, ROUNDING * np.outer(lengths, np.linalg.norm(ends, axis=1))
            continue
        there[part] = lengths > 0
        scores[part], slack[part] = 1 - products / np.where(lengths > 0, lengths, 1)[:, None], ROUNDING
    return scores, slack / 2, there


def _distance(one: Floats, other: Floats, metric: Metric) -> float:
    """Of two rows, at length one for cosine, by their difference, so that near twins differ."""
    if metric == "dot":
        return -float(one @ other)
    squared = float(np.square(one - other).sum())
    return squared / 2 if metric == "cosine" else squared**0.5


def percentile(vectors: Vectors, a: int, b: int, metric: Metric, histogram: Histogram | None = None) -> Percentile:
    """The share of all pairs nearer than a and b; `histogram`: of all pairs, where it is there."""
    there = np.flatnonzero(comparable(vectors, metric))
    if len(there) > MOST and histogram is not None:
        one, other = _rows(vectors, np.array([a, b]), metric)
        return _in_bins(histogram, _distance(one, other, metric), len(there))
    taken = there[some_rows(len(there), MOST)]
    rows = _rows(vectors, np.concatenate([taken, [a, b]]), metric)
    if metric == "euclidean":
        rows -= rows.mean(axis=0)
    squares = np.einsum("nd,nd->n", rows, rows)
    scores = rows @ rows.T
    scores = squares[:, None] + squares - 2 * scores if metric == "euclidean" else -scores
    gap, room = scores[:-2, :-2] - scores[-2, -1], 2 * ROUNDING * float(squares.max())
    nearer = (gap < -room) + 0.5 * (np.abs(gap) <= room)
    np.fill_diagonal(nearer, 0.0)
    m = len(taken)
    shares: Floats = nearer.sum(axis=1) / (m - 1)
    value, pairs = float(shares.mean()), m * (m - 1) // 2
    if m == len(there):
        return Percentile(value, value, value, pairs, "all")
    return Percentile(value, *_interval(value, shares, 1 - m / len(there)), pairs, "sample")


def _rows(vectors: Vectors, rows: Rows, metric: Metric) -> Floats:
    found = vectors[rows].astype(np.float64)
    return unit(found) if metric == "cosine" else found


def _in_bins(histogram: Histogram, distance: float, n: int) -> Percentile:
    """Interpolated within the bin; its ends, and the next bin's where rounding may have put pairs there, bound it.

    Where the pairs are those of some of n samples, the bounds are widened for half as many independent pairs.
    """
    edges, counts = histogram.edges, histogram.counts
    total = int(counts.sum())
    below = np.concatenate([[0], np.cumsum(counts)]) / total
    room = NARROW * float(np.abs(edges).max())
    low, high = (int(np.searchsorted(edges, distance + way * room, side="right")) - 1 for way in (-1, 1))
    value = float(np.interp(distance, edges, below))
    bounds = float(below[max(low, 0)]), float(below[min(high + 1, len(counts))])
    if total < n * (n - 1) // 2:
        independent = int((2 * total) ** 0.5) // 2
        bounds = wilson(bounds[0], independent)[0], wilson(bounds[1], independent)[1]
    return Percentile(value, *bounds, total, "bins")


def _interval(value: float, shares: Floats, unseen: float) -> tuple[float, float]:
    """95 % interval of a share from what each of m samples has of it."""
    m, spread = len(shares), 4 * float(shares.var(ddof=1)) / len(shares) * unseen
    independent = m / 2 if spread <= 0 else min(max(m / 2, value * (1 - value) / spread), m * (m - 1) / 2)
    return wilson(value, int(independent))
