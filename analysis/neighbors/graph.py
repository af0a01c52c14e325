"""The one kNN graph of a space and metric, by the fastest builder at the asked recall, with its recall measured."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph, Metric
from analysis.neighbors.lists import search_lists
from analysis.neighbors.points import Points, Vectors, prepare
from analysis.neighbors.recall import recall_of
from analysis.plugin import Index
from analysis.progress import Progress, silent
from analysis.recipe import Recipe
from analysis.registry import called, indexes
from analysis.space import EmbeddingSpace
from models.engine import Engine
from models.errors import BadInput

VERSION = 1
EXACT_UP_TO = 20_000  # samples; above, cells are faster
CELLS_UP_TO = 2_000_000  # samples; above, one machine is not enough
CHECKED = 100  # rows whose distances are computed anew
ENOUGH = 0.99  # recall below which an approximate graph is made anew, exactly


@dataclass(frozen=True)
class InParts:
    """What a search in parts works with: the vectors' `.npy` file, an engine, and a folder for what is finished."""

    vectors: Path
    engine: Engine
    folder: Path


def build_graph(
    space: EmbeddingSpace,
    *,
    metric: Metric,
    k: int,
    seed: int,
    method: str = "auto",
    report: Progress = silent,
    parts: InParts | None = None,
) -> KnnGraph:
    """Find the k nearest other samples of each sample.

    `method`: the name of an index, taken as asked, whatever its recall; or "auto": exact up to 20,000 samples and
    cells above, which give way to an exact search where their measured recall is below 0.99. Above two million, where
    `parts` says with what, inverted lists in parts, whose recall stands as it is measured.
    """
    check_k(space, k)
    if method == "auto" and parts is not None and space.n > CELLS_UP_TO:
        key = graph_recipe(space.key, metric=metric, k=k, seed=seed).key
        (indices, distances), recall, recalls = search_lists(
            parts.vectors, k=k, metric=metric, seed=seed, engine=parts.engine, folder=parts.folder, report=report
        )
        return KnnGraph(key, metric, "lists", indices, distances, recall, recalls)
    points = prepare(space.vectors, metric)
    name = method
    if method == "auto":
        name = "exact" if space.n <= EXACT_UP_TO else "cells"
    graph = _built(space, points, called(name, indexes(), "index"), k=k, seed=seed, asked=method, report=report)
    if method == "auto" and graph.recall.value is not None and graph.recall.value < ENOUGH:
        report(1, 2, f"recall {graph.recall.value:.3f} is too low, searching exactly")
        graph = _built(space, points, indexes()["exact"], k=k, seed=seed, asked=method, report=report)
    return graph


def check_k(space: EmbeddingSpace, k: int) -> None:
    """Refuse a k that has no k other samples."""
    if not 1 <= k < space.n:
        raise BadInput(f"k is {k} but space {space.name!r} has {space.n} samples; give a k from 1 to {space.n - 1}.")


def graph_recipe(space_key: str, *, metric: Metric, k: int, seed: int, method: str = "auto") -> Recipe:
    """The recipe of a graph, known before it is built."""
    params = {"k": k, "metric": metric, "seed": seed} | ({} if method == "auto" else {"method": method})
    return Recipe("neighbors", VERSION, params, {"space": space_key})


def _built(
    space: EmbeddingSpace, points: Points, index: Index, *, k: int, seed: int, asked: str, report: Progress
) -> KnnGraph:
    report(0, 2, f"finding {k} neighbours of {space.n:,} samples by {index.name}")
    indices, distances = index.build(space.vectors, k=k, metric=points.metric, seed=seed)
    _check(index, points, indices, distances)
    report(1, 2, "measuring the recall")
    recall, recalls = recall_of(points, indices, exact=index.exact, seed=seed)
    key = graph_recipe(space.key, metric=points.metric, k=k, seed=seed, method=asked).key
    return KnnGraph(key, points.metric, index.name, indices, distances, recall, recalls)


def _check(index: Index, points: Points, indices: npt.NDArray[np.int32], distances: Vectors) -> None:
    """Refuse an index that breaks its promise: k others each, none twice, never itself, nearest first."""
    n, k = points.n, distances.shape[1]
    row = np.sort(indices, axis=1)
    if indices.shape != (n, k) or row.min() < 0 or row.max() >= n:
        raise ValueError(f"index {index.name!r} did not find {k} samples for each of {n}")
    if (indices == np.arange(n)[:, None]).any() or (row[:, 1:] == row[:, :-1]).any():
        raise ValueError(f"index {index.name!r} lists a sample as its own neighbour, or one neighbour twice")
    few = np.linspace(0, n - 1, min(n, CHECKED)).astype(np.int64)
    true = points.distances(points.vectors[few], indices[few].astype(np.int64))
    if not np.allclose(distances[few], true, rtol=1e-4, atol=1e-6) or (np.diff(distances, axis=1) < 0).any():
        raise ValueError(f"index {index.name!r} gives distances that are not those of its neighbours, or out of order")
