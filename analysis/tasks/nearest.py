"""The nearest samples that may answer for each sample asked: labelled, and not of its own unit."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.space import EmbeddingSpace
from analysis.task import Task
from analysis.tasks.context import Context, splits_of

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nearest:
    """`found` (m, k): for each of `rows` the samples that answer, nearest first, -1 where there are fewer.

    `pool`: rows that could be found at all. `alone`: labelled samples that nobody answers for, left out of `rows`.
    """

    rows: Rows
    found: Rows
    pool: Rows
    alone: int


def nearest_known(space: EmbeddingSpace, task: Task, context: Context, k: int) -> Nearest:
    """On the space's graph where each sample is left out, else among the given training samples."""
    if task.given:
        from analysis.neighbors.query import query_index

        split = splits_of(task)[0]
        part = EmbeddingSpace(space.name, space.key, space.vectors[split.train], [space.ids[r] for r in split.train])
        index = query_index(part, metric=context.metric, seed=context.seed)
        near, _ = index.search(space.vectors[split.test], k=min(k, len(split.train)))
        return Nearest(split.test, split.train[near], split.train, 0)
    assert context.graph is not None, "left-out samples are asked on a graph"
    rows = np.flatnonzero(task.labels.known)
    near = context.graph.indices[rows].astype(np.int64)
    others = task.labels.known[near] & (task.units[near] != task.units[rows][:, None])
    first = np.argsort(~others, axis=1, kind="stable")[:, :k]
    found = np.where(np.take_along_axis(others, first, axis=1), np.take_along_axis(near, first, axis=1), -1)
    answered = found[:, 0] >= 0
    return Nearest(rows[answered], found[answered], rows, int((~answered).sum()))
