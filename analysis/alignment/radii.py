"""All pairs and linked pairs, counted by how near they are: what a radius would recover of a graph.

Pairs are of a query with any other sample. `all_less`, `all_upto`: pairs surely nearer than, or up to, each threshold;
linked pairs stand where their own scores are. Between thresholds counts are interpolated, which is exact where every
linked pair's score is a threshold.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Radii:
    """Thresholds (t,), ascending; counts of all pairs; scores and weights of the linked ones, ascending.

    `total`: how many pairs there are. `slack`: what rounding may part.
    """

    thresholds: Floats
    all_less: Floats
    all_upto: Floats
    total: float
    linked: Floats
    weights: Floats
    slack: float

    @cached_property
    def edges(self) -> float:
        """How many linked pairs."""
        return float(self.weights.sum())

    @cached_property
    def _passed(self) -> Floats:
        return np.append(0.0, np.cumsum(self.weights))

    def linked_upto(self, scores: Floats) -> Floats:
        """Linked pairs up to each score."""
        found: Floats = self._passed[np.searchsorted(self.linked, scores + self.slack, side="right")]
        return found

    def linked_less(self, scores: Floats) -> Floats:
        """Linked pairs surely nearer than each score."""
        found: Floats = self._passed[np.searchsorted(self.linked, scores - self.slack, side="left")]
        return found

    @cached_property
    def f1(self) -> Floats:
        """F1 of taking all pairs up to each threshold for linked: 2 · right / (linked + taken)."""
        whole = self.edges + self.all_upto
        right = 2 * self.linked_upto(self.thresholds)
        found: Floats = np.divide(right, whole, out=np.zeros(len(right)), where=whole > 0)
        return found

    @cached_property
    def best(self) -> int:
        """The threshold of the highest F1; the smallest of several."""
        return int(self.f1.argmax())

    @cached_property
    def auroc(self) -> float:
        """Chance that a linked pair is nearer than one that is not, ties half."""
        others = self.total - self.edges
        if others <= 0 or self.edges <= 0:
            return float("nan")
        middle = (self.all_less + self.all_upto) / 2
        nearer = np.interp(self.linked, self.thresholds, middle)
        place = np.minimum(np.searchsorted(self.thresholds, self.linked - self.slack), len(middle) - 1)
        there = np.abs(self.thresholds[place] - self.linked) <= self.slack
        nearer[there] = middle[place[there]]
        own = (self.linked_less(self.linked) + self.linked_upto(self.linked)) / 2
        share = np.clip((nearer - own) / others, 0, 1)
        return 1 - float((share * self.weights).sum() / self.edges)
