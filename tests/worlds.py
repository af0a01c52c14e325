"""Tiny spaces with known geometry, and their exact neighbours by scikit-learn."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from analysis.knn_graph import KnnGraph, Metric
from analysis.labels import Labels, labels_of
from analysis.number import Number
from analysis.plugin import Analysis
from analysis.result import Result
from analysis.space import EmbeddingSpace


def space_of(vectors: npt.ArrayLike, ids: list[str] | None = None) -> EmbeddingSpace:
    """A space of these rows."""
    rows = np.array(vectors, dtype=np.float32)
    return EmbeddingSpace("world", "key", rows, ids or [f"s{row}" for row in range(len(rows))])


def graph_of(space: EmbeddingSpace, k: int, metric: Metric = "euclidean") -> KnnGraph:
    """The exact kNN graph."""
    asked = min(k, space.n - 1)
    search = NearestNeighbors(n_neighbors=asked, metric=metric, algorithm="brute").fit(space.vectors.astype(np.float64))
    distances, indices = search.kneighbors()
    return KnnGraph("g", metric, "exact", indices.astype(np.int32), distances.astype(np.float32), Number(value=1.0))


def categories(*names: str | None) -> Labels:
    """A column of classes; None has no label."""
    return labels_of("kind", pd.Series(list(names), dtype="object"))


def numbers(values: npt.ArrayLike) -> Labels:
    """A column of numbers; NaN has no label."""
    array = np.asarray(values, dtype=np.float64)
    return Labels("size", "numeric", (), np.empty(0, np.int32), array)


def clusters(n: int = 90, d: int = 8, apart: float = 2.0, seed: int = 0) -> tuple[EmbeddingSpace, Labels]:
    """Three Gaussian clusters with their labels."""
    rng = np.random.default_rng(seed)
    codes = np.arange(n) % 3
    centers = apart * np.eye(3, d)
    vectors = centers[codes] + 0.7 * rng.standard_normal((n, d)) + 0.5
    return space_of(vectors), categories(*(f"c{code}" for code in codes))


def needs_of(
    analysis: Analysis, space: EmbeddingSpace, labels: Labels | None, k: int = 5, metric: Metric = "euclidean"
) -> Mapping[str, object]:
    """What the analysis asks for, made exactly."""
    made: dict[str, object] = {}
    if "neighbors" in analysis.needs:
        made["neighbors"] = graph_of(space, k, metric)
    if "all_neighbors" in analysis.needs:
        made["all_neighbors"] = graph_of(space, max(k, 50), metric)
    if {"labels", "labels?"} & {*analysis.needs}:
        made["labels"] = labels
    if "metric" in analysis.needs:
        made["metric"] = metric
    return made


def ask(
    analysis: Analysis,
    space: EmbeddingSpace,
    labels: Labels | None = None,
    k: int = 5,
    metric: Metric = "euclidean",
) -> Result:
    """The analysis computed on a space, without intervals."""
    return analysis.compute(space, analysis.params(), **needs_of(analysis, space, labels, k, metric))


def values(result: Result) -> dict[str, float]:
    """Each number's value, NaN where the question has no answer."""
    return {name: np.nan if number.value is None else number.value for name, number in result.numbers.items()}
