"""How far samples lie from all others, some rows at a time, in what orders them as the metric does: a score.

Cosine: 1 - cos, a zero vector having distance 1 from all; euclidean: half the squared distance from vectors less their
mean; dot: minus the product. In double precision as long as the rows fit, so that scores are equal only where
distances are; `slack` is what rounding alone may part. A sample's score with itself is infinite.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.floating]
Rows = npt.NDArray[np.integer]

DOUBLE = 1 << 27  # numbers that are kept in double precision: 1 GiB
HEIGHT = 8192  # rows made comparable at a time
GATHERED = 1 << 22


@dataclass(frozen=True, eq=False)
class Apart:
    """Comparable rows (n, d) and, of a euclidean space, half their squares."""

    metric: Metric
    rows: Scores
    halves: Scores
    slack: float

    @property
    def n(self) -> int:
        """How many samples."""
        return len(self.rows)

    def scores(self, queries: Rows) -> Scores:
        """Of some samples with all, (q, n)."""
        found: Scores = self.rows[queries] @ self.rows.T
        np.negative(found, out=found)
        if self.metric == "cosine":
            found += 1
        elif self.metric == "euclidean":
            found += self.halves
            found += self.halves[queries][:, None]
        found[np.arange(len(queries)), queries] = np.inf
        return found

    def of_pairs(self, a: Rows, b: Rows) -> Floats:
        """Of some samples with one other each, (m,)."""
        found = np.empty(len(a))
        step = max(1, GATHERED // self.rows.shape[1])
        for at in range(0, len(a), step):
            part = slice(at, at + step)
            product = np.einsum("md,md->m", self.rows[a[part]], self.rows[b[part]])
            found[part] = -product
            if self.metric == "euclidean":
                found[part] += self.halves[a[part]] + self.halves[b[part]]
        return found + 1 if self.metric == "cosine" else found

    def distance(self, scores: npt.ArrayLike) -> Floats:
        """The metric's own distance of scores."""
        found: Floats = np.asarray(scores, np.float64)
        return np.sqrt(2 * np.maximum(found, 0)) if self.metric == "euclidean" else found


def apart_of(vectors: npt.NDArray[np.float32], metric: Metric) -> Apart:
    """The samples of a space; CannotAnalyze where all coincide, for then nothing is nearer than anything else."""
    n, d = vectors.shape
    if (vectors == vectors[0]).all():
        raise CannotAnalyze("All vectors are equal, so no sample is nearer than another.")
    kind = np.float64 if n * d <= DOUBLE else np.float32
    center = vectors.mean(axis=0, dtype=np.float64) if metric == "euclidean" else np.zeros(d)
    rows = np.empty((n, d), kind)
    for at in range(0, n, HEIGHT):
        wide = vectors[at : at + HEIGHT].astype(np.float64) - center
        if metric == "cosine":
            lengths = np.linalg.norm(wide, axis=1, keepdims=True)
            wide = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
        rows[at : at + HEIGHT] = wide
    halves = np.einsum("nd,nd->n", rows, rows) / 2
    size = 1.0 if metric == "cosine" else float(2 * halves.max())
    return Apart(metric, rows, halves.astype(kind), 8 * float(np.finfo(kind).eps) * float(np.sqrt(d)) * size)
