"""Our UMAP against umap-learn: the same graph, the same curve, maps as good. One process compiles umap-learn once."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from analysis.knn_graph import KnnGraph
from analysis.neighbors.graph import build_graph
from analysis.number import Number
from analysis.projection import layout
from analysis.projection.fuzzy_graph import from_zero, fuzzy_graph
from analysis.projection.layout import curve, lay_out
from analysis.projection.umap import PROJECTION
from analysis.space import EmbeddingSpace

K = 14  # umap-learn counts the point itself: 15


@pytest.fixture(scope="module")
def world() -> EmbeddingSpace:
    rng = np.random.default_rng(0)
    latent = 2 * rng.normal(size=(12, 6))[rng.integers(0, 12, 900)] + rng.normal(size=(900, 6))
    rows = (latent @ rng.normal(size=(6, 40)) + 0.2 * rng.normal(size=(900, 40))).astype(np.float32)
    rows[100:110] = rows[100]  # a few twins,
    rows[200:230] = rows[200]  # and more twins than neighbours
    return EmbeddingSpace("world", "key", rows, [str(row) for row in range(900)])


def with_itself(graph: KnnGraph) -> tuple[np.ndarray, np.ndarray]:
    """Indices and distances with each point first in its own row, as umap-learn expects."""
    indices = np.hstack([np.arange(graph.n, dtype=np.int32)[:, None], graph.indices])
    return indices, np.hstack([np.zeros((graph.n, 1), np.float32), graph.distances])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_graph_equals_umap_learns(world, metric):
    umap = pytest.importorskip("umap.umap_")
    graph = build_graph(world, metric=metric, k=K, seed=0)
    indices, distances = with_itself(graph)
    theirs, _, _ = umap.fuzzy_simplicial_set(
        world.vectors, K + 1, np.random.RandomState(0), metric, knn_indices=indices, knn_dists=distances
    )
    np.testing.assert_allclose(fuzzy_graph(graph).toarray(), theirs.toarray(), atol=2e-5)


def test_strengths_are_symmetric_and_sum_to_the_logarithm_of_k(world):
    graph = build_graph(world, metric="euclidean", k=K, seed=0)
    ties = fuzzy_graph(graph)
    assert abs(ties - ties.T).max() < 1e-6
    assert ties.data.min() > 0 and ties.data.max() <= 1 + 1e-6
    assert np.diff(ties.indptr).min() >= K - 1


def test_inner_products_count_from_each_points_nearest():
    indices = np.array([[1, 2], [0, 2], [0, 1]], np.int32)
    graph = KnnGraph("g", "dot", "exact", indices, np.float32([[-5, -3], [2, 7], [0, 0]]), Number(value=1.0))
    np.testing.assert_array_equal(from_zero(graph), [[0, 2], [0, 5], [0, 0]])


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5])
def test_the_curve_equals_umap_learns(min_dist):
    umap = pytest.importorskip("umap.umap_")
    np.testing.assert_allclose(curve(min_dist), umap.find_ab_params(1.0, min_dist), rtol=1e-4)


def test_the_map_is_as_trustworthy_as_umap_learns(world):
    umap = pytest.importorskip("umap")
    graph = build_graph(world, metric="cosine", k=K, seed=0)
    ours = PROJECTION.project(world, graph, 2, 0, PROJECTION.params())
    with pytest.warns(UserWarning):  # it says that it was given neighbours, or that a seed means one thread
        peer = umap.UMAP(precomputed_knn=(*with_itself(graph), None), random_state=0).fit(world.vectors)
    mine, theirs = (
        trustworthiness(world.vectors, drawn, n_neighbors=15, metric="cosine") for drawn in (ours, peer.embedding_)
    )
    assert mine > theirs - 0.01


def test_the_map_does_not_depend_on_the_number_of_threads(world, monkeypatch):
    ties = fuzzy_graph(build_graph(world, metric="cosine", k=K, seed=0))
    start = np.random.default_rng(0).normal(size=(world.n, 2)).astype(np.float32)
    maps = []
    for threads in (1, 3):
        monkeypatch.setattr(layout.os, "cpu_count", lambda threads=threads: threads)
        maps.append(lay_out(ties, start, min_dist=0.1, passes=20, seed=0))
    np.testing.assert_array_equal(*maps)


def test_compiled_and_plain_python_moves_agree(world):
    ties = fuzzy_graph(build_graph(world, metric="cosine", k=K, seed=0))
    start = np.random.default_rng(0).normal(size=(world.n, 2)).astype(np.float32)
    rate = (ties.data / ties.data.max()).astype(np.float32)
    a, b = (np.float32(value) for value in curve(0.1))
    maps = []
    with np.errstate(over="ignore"):  # the random states wrap around
        for move in (layout._move, layout._compiled()):
            after = np.empty_like(start)
            states = np.arange(world.n, dtype=np.uint64) + np.uint64(1)
            move(start, after, 0, 60, ties.indptr, ties.indices, rate, states, a, b, np.float32(0.5), 0)
            maps.append(after[:60])
    np.testing.assert_allclose(*maps, rtol=1e-3, atol=1e-4)
