"""What workers do for neighbours by inverted lists: fill the lists, search a sample exactly, search the lists.

Each maker reads the vectors through a memory map and what it must know from its folder; a part is a block of rows.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.neighbors.points import ROWS, Indices, Points, Vectors, blocks, nearest_of
from analysis.parts import outcomes, parts_of, settings_in
from models.shards import shard_path, write_part

SPARE = 8  # candidates fetched beyond those wanted: float32 may swap what is almost equally far
OnBatch = Callable[[int, int], None]


class OverRows:
    """What the three have in common: the points, the parts, and the files of the stages before."""

    draft = ".draft"

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, settings_in(folder)
        vectors = np.load(self.settings["vectors"], mmap_mode="r", allow_pickle=False)
        center = np.array(self.settings["center"], np.float64)
        self.points = Points(self.settings["metric"], vectors, center, self.settings["scale"])
        self.parts = parts_of(self.points.n, self.settings["height"])

    @cached_property
    def known(self) -> dict[str, npt.NDArray[Any]]:
        """Centers of the lists, and rows that are searched exactly."""
        return next(outcomes([Path(self.settings["known"])]))

    def rows(self, part: slice) -> Vectors:
        """Rows of the space, ready for products."""
        return self.points.narrow(self.points.vectors[part])

    def keep(self, part: int, **arrays: npt.NDArray[Any]) -> None:
        """Write the outcome of a part."""
        write_part(self.folder, part, arrays, self.draft)

    @property
    def kind(self) -> int:
        """How FAISS compares."""
        import faiss

        return int(faiss.METRIC_INNER_PRODUCT if self.points.by_product else faiss.METRIC_L2)


class Filler(OverRows):
    """For each row the list it goes into: that of the nearest center."""

    def make(self, part: int, on_batch: OnBatch) -> None:
        """Assign the rows of a part."""
        import faiss

        home = np.empty(0, np.int32)
        for some in _within(self.parts[part]):
            near = faiss.knn(self.rows(some), self.known["centers"], 1)[1][:, 0]
            home = np.append(home, near.astype(np.int32))
            on_batch(some.stop - some.start, some.stop - some.start)
        self.keep(part, home=home)


class Truth(OverRows):
    """For each sampled row its nearest among the rows of a part, by comparing all."""

    def make(self, part: int, on_batch: OnBatch) -> None:
        """Search the rows of a part for the sample."""
        import faiss

        rows = self.parts[part]
        wanted = min(self.settings["k"] + 1 + SPARE, rows.stop - rows.start)
        asked = self.points.narrow(self.points.vectors[self.known["sample"]])
        scores, found = faiss.knn(asked, self.rows(rows), wanted, metric=self.kind)
        on_batch(rows.stop - rows.start, rows.stop - rows.start)
        self.keep(part, scores=scores, found=found + rows.start)


class Searcher(OverRows):
    """For each row of a part its nearest in the lists it visits, over the lists of all parts, merged."""

    @cached_property
    def homes(self) -> list[npt.NDArray[np.int32]]:
        """The lists that the rows of each part are in."""
        fill = Path(self.settings["fill"])
        return [one["home"] for one in outcomes([shard_path(fill, part) for part in range(len(self.parts))])]

    def make(self, part: int, on_batch: OnBatch) -> None:
        """Search for the rows of a part."""
        mine, wanted = self.parts[part], self.settings["k"] + 1 + SPARE
        queries = self.rows(mine)
        visited, lags = self.visits(queries)
        scores, found = nothing(len(queries), wanted)
        sign = -1 if self.points.by_product else 1
        for other, home in zip(self.parts, self.homes, strict=True):
            index, some = self.lists_of(other, home), min(wanted, len(home))
            index.nprobe = visited.shape[1]
            near, who = index.search_preassigned(queries, some, visited, lags)
            who = np.where(who < 0, -1, who + other.start)
            near = np.where(who < 0, np.inf, sign * near).astype(np.float32)
            scores, found = best_of(np.hstack([scores, near]), np.hstack([found, who]), wanted)
            on_batch(0, other.stop - other.start)
        short = np.flatnonzero((found >= 0).sum(axis=1) <= self.settings["k"])
        if len(short):
            found[short] = self.compared_with_all(queries[short], wanted)
        neighbors, distances = exact_order(self.points, np.arange(mine.start, mine.stop), found, self.settings["k"])
        self.keep(part, indices=neighbors, distances=distances)

    def compared_with_all(self, queries: Vectors, wanted: int) -> Indices:
        """The nearest of rows whose lists hold too few."""
        import faiss

        scores, found = nothing(len(queries), wanted)
        for other in self.parts:
            some = min(wanted, other.stop - other.start)
            near, who = faiss.knn(queries, self.rows(other), some, metric=self.kind)
            near = -near if self.points.by_product else near
            scores, found = best_of(np.hstack([scores, near]), np.hstack([found, who + other.start]), wanted)
        return found

    def visits(self, queries: Vectors) -> tuple[Indices, Vectors]:
        """The lists each query looks into, nearest first, -1 after the last, and how the centers compare."""
        import faiss

        centers, margin = self.known["centers"], self.settings["margin"]
        most = min(self.settings["most"], len(centers))
        scores, lists = faiss.knn(queries, centers, most, metric=self.kind)
        lag = np.abs(scores - scores[:, :1]) / (1 if self.points.by_product else 2)
        lists = np.where(lag <= margin, lists, -1)
        widest = max(1, int((lists >= 0).sum(axis=1).max()))
        return np.ascontiguousarray(lists[:, :widest]), np.ascontiguousarray(scores[:, :widest])

    def lists_of(self, rows: slice, home: npt.NDArray[np.int32]) -> Any:
        """The inverted lists of a part, filled as they were assigned."""
        import faiss

        centers = self.known["centers"]
        quantizer = faiss.IndexFlat(centers.shape[1], self.kind)
        quantizer.add(centers)
        index = faiss.IndexIVFFlat(quantizer, centers.shape[1], len(centers), self.kind)
        index.own_fields, index.is_trained = False, True
        vectors, ids, lists = self.rows(rows), np.arange(len(home)), home.astype(np.int64)
        index.add_core(len(home), *(faiss.swig_ptr(array) for array in (vectors, ids, lists)))
        return index


def nothing(n: int, wanted: int) -> tuple[Vectors, Indices]:
    """Scores and rows of n lines before anything is found."""
    return np.full((n, wanted), np.inf, np.float32), np.full((n, wanted), -1, np.int64)


def best_of(scores: Vectors, rows: Indices, wanted: int) -> tuple[Vectors, Indices]:
    """The lowest scores of each line, and whose they are."""
    if scores.shape[1] > wanted:
        kept = np.argpartition(scores, wanted - 1, axis=1)[:, :wanted]
        scores, rows = np.take_along_axis(scores, kept, axis=1), np.take_along_axis(rows, kept, axis=1)
    return scores, rows


def exact_order(points: Points, own: Indices, found: Indices, k: int) -> tuple[npt.NDArray[np.int32], Vectors]:
    """The k nearest of what was found for some rows, by true distance, themselves left out; reads only those rows."""
    neighbors, distances = np.empty((len(own), k), np.int32), np.empty((len(own), k), np.float32)
    for part in blocks(len(own), ROWS // 4):
        around, known = among(points, own[part], found[part])
        near, distances[part] = nearest_of(around, around.vectors[known.own], known.found, k, known.own)
        neighbors[part] = np.where(near < 0, -1, known.rows[near])
    return neighbors, distances


class Known:
    """Rows of a space that are asked about: `own` and `found` are their places among `rows`, -1 staying -1."""

    def __init__(self, own: Indices, found: Indices) -> None:
        self.rows = np.unique(np.append(own, found[found >= 0]))
        self.own = np.searchsorted(self.rows, own)
        self.found = np.where(found < 0, -1, np.searchsorted(self.rows, found))


def among(points: Points, own: Indices, found: Indices) -> tuple[Points, Known]:
    """The few points that some rows and what was found for them are."""
    known = Known(own, found)
    return Points(points.metric, np.asarray(points.vectors[known.rows]), points.center, points.scale), known


def _within(part: slice) -> list[slice]:
    return [slice(part.start + one.start, part.start + one.stop) for one in blocks(part.stop - part.start, ROWS)]
