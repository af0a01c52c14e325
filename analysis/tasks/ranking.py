"""Documents ranked for queries by an exact search, judged by graded relevance; documents at the same distance share.

With gains g of the documents shown, DCG@k = sum of g_i / log2(i + 1) over the first k, nDCG its ratio to the best order
(linear gains, as in TREC's and BEIR's tools): a query's grades count only beside each other. Recall@k is the share of
the relevant documents among the first k. Where documents tie, in whatever order they come, each number is its mean over
those orders (McSherry and Najork 2008). Documents of the same vector are searched once, so that rounding cannot part
them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.task import Relevance

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
AT_ONCE = 1 << 24  # similarities held at a time
CROWDED = 0.5  # share of the documents from which places are drawn without putting any back


@dataclass(frozen=True, eq=False)
class Needs:
    """What the queries ask for: sizes and grades of the judgements, sorted by query; `starts` (q + 1,)."""

    documents: int
    starts: Rows
    grade: Floats
    ndcg: int
    recall: int

    @cached_property
    def ideal(self) -> Floats:
        """The best DCG of each query."""
        found = np.zeros(len(self.starts) - 1)
        for query, (start, end) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            best = np.sort(self.grade[start:end])[::-1][: self.ndcg]
            found[query] = best @ discounts(len(best))
        return found

    def judged(self, dcg: Floats, found: Floats) -> Mapping[str, Floats]:
        """NDCG and recall of each query, from its DCG and how many of its relevant documents were found."""
        return {f"ndcg@{self.ndcg}": dcg / self.ideal, f"recall@{self.recall}": found / np.diff(self.starts)}

    def at_random(self, rng: np.random.Generator) -> Mapping[str, Floats]:
        """The same where documents come in a random order."""
        query = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        place = self._places(query, rng)
        gains = np.where(place < self.ndcg, self.grade / np.log2(place + 2), 0.0)
        dcg, found = np.zeros(len(self.starts) - 1), np.zeros(len(self.starts) - 1)
        np.add.at(dcg, query, gains)
        np.add.at(found, query, (place < self.recall).astype(np.float64))
        return self.judged(dcg, found)

    def _places(self, query: Rows, rng: np.random.Generator) -> Rows:
        """Where each judged document stands in a random order, no two of a query at one place."""
        sizes = np.diff(self.starts)
        crowded = sizes > CROWDED * self.documents
        place = rng.integers(self.documents, size=len(query))
        for at in np.flatnonzero(crowded):
            place[self.starts[at] : self.starts[at + 1]] = rng.permutation(self.documents)[: sizes[at]]
        rows = np.flatnonzero(~crowded[query])
        while True:  # of the others that stand at one place the later is drawn again
            _, first = np.unique(query[rows] * self.documents + place[rows], return_index=True)
            again = np.delete(rows, first)
            if not len(again):
                return place
            place[again] = rng.integers(self.documents, size=len(again))


def needs_of(relevance: Relevance, *, ndcg: int, recall: int) -> tuple[Needs, Rows]:
    """What the queries ask for, and the documents of the judgements in the same order."""
    order = np.lexsort((relevance.document, relevance.query))
    starts = np.searchsorted(relevance.query[order], np.arange(len(relevance.queries) + 1))
    grade = _of_one_size(relevance.grade[order], starts)
    return Needs(len(relevance.documents), starts, grade, ndcg, recall), relevance.document[order]


def _of_one_size(grade: Floats, starts: Rows) -> Floats:
    """Grades over the power of two next to the highest of their query: no ratio changes, no sum is too large."""
    highest = np.maximum.reduceat(grade, starts[:-1]) if len(grade) else grade
    _, power = np.frexp(highest)
    found: Floats = np.ldexp(grade, -np.repeat(power, np.diff(starts)))
    return found


def ranked(
    queries: npt.NDArray[np.float32],
    documents: npt.NDArray[np.float32],
    needs: Needs,
    relevant: Rows,
    *,
    own: Rows,
    metric: Metric,
) -> Mapping[str, Floats]:
    """What each query finds among the documents, its `own` (-1: none) left out: nDCG and recall, (q,)."""
    distinct, kind, copies = np.unique(documents, axis=0, return_inverse=True, return_counts=True)
    kind = kind.reshape(-1)
    dcg, found = np.zeros(len(queries)), np.zeros(len(queries))
    for begin, near in _nearness(queries, distinct, metric):
        for place, row in enumerate(near):
            query = begin + place
            start, end = needs.starts[query], needs.starts[query + 1]
            shown = copies
            if own[query] >= 0:
                shown = copies.copy()
                shown[kind[own[query]]] -= 1
            grades, near_by = needs.grade[start:end], row[kind[relevant[start:end]]]
            dcg[query], found[query] = _of_query(row, shown, near_by, grades, needs)
    return needs.judged(dcg, found)


def _of_query(row: Floats, copies: Rows, relevant: Floats, grades: Floats, needs: Needs) -> tuple[float, float]:
    """DCG and relevant documents found, from the nearness of every distinct document and of the relevant ones."""
    dcg = found = 0.0
    for value in np.unique(relevant):
        tied = relevant == value
        before = int(copies[row > value].sum())
        among = int(copies[row == value].sum())
        share = discounts(needs.ndcg)[before : before + among].sum() / among
        dcg += float(grades[tied].sum()) * share
        found += float(tied.sum()) * min(max(needs.recall - before, 0), among) / among
    return dcg, found


def discounts(count: int) -> Floats:
    """1 / log2(rank + 1) of the first ranks."""
    found: Floats = 1 / np.log2(np.arange(2, count + 2))
    return found


def _nearness(
    queries: npt.NDArray[np.float32], documents: npt.NDArray[np.float32], metric: Metric
) -> Iterator[tuple[int, Floats]]:
    """How near each distinct document is to some queries, (some, d), larger being nearer."""
    a, b = queries.astype(np.float64), documents.astype(np.float64)
    if metric == "cosine":
        for rows in (a, b):
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            rows /= np.where(lengths > 0, lengths, 1)  # a vector of zeros is as near to all
    squares = np.square(b).sum(axis=1) if metric == "euclidean" else 0.0
    step = max(1, AT_ONCE // len(b))
    for begin in range(0, len(a), step):
        part = a[begin : begin + step] @ b.T
        yield begin, 2 * part - squares if metric == "euclidean" else part
