"""The kNN graph of a space: who is nearest to whom in the original space, and how well the search found them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.number import Number, wilson

Metric = Literal["cosine", "euclidean", "dot"]


@dataclass(frozen=True, eq=False)
class KnnGraph:
    """The k nearest other samples of each sample, nearest first.

    `indices`: (n, k) int32, never the sample itself. `distances`: (n, k) float32: 1 - cosine, euclidean
    length, or minus the inner product. `recall`: recall@k measured against an exact search on a sample of queries;
    `recalls`: that of the 1, 2 ... k nearest, where it was measured.
    """

    key: str
    metric: Metric
    method: str
    indices: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float32]
    recall: Number
    recalls: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a graph that is not one."""
        if self.indices.ndim != 2 or self.indices.shape != self.distances.shape:
            raise ValueError(f"a kNN graph needs (n, k) twice: {self.indices.shape}, {self.distances.shape}")

    @property
    def n(self) -> int:
        """How many samples."""
        return len(self.indices)

    @property
    def k(self) -> int:
        """How many neighbours each."""
        return int(self.indices.shape[1])

    def nearest(self, k: int) -> "KnnGraph":
        """The same graph with the k nearest only; a view."""
        if k > self.k:
            raise ValueError(f"the graph holds {self.k} neighbours, {k} were asked for")
        return KnnGraph(
            self.key,
            self.metric,
            self.method,
            self.indices[:, :k],
            self.distances[:, :k],
            self.recall if k == self.k else self.recall_at(k),
            self.recalls[:k],
        )

    def recall_at(self, k: int) -> Number:
        """Recall of the k nearest, with Wilson's interval over the queries it was measured on."""
        if k == self.k:
            return self.recall
        if len(self.recalls) < k or self.recall.n is None:
            return Number(value=None, why=f"recall was measured at k = {self.k} only")
        low, high = wilson(self.recalls[k - 1], self.recall.n)
        return Number(value=self.recalls[k - 1], n=self.recall.n, low=low, high=high)
