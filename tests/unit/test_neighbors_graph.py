"""The kNN graph: its recall is true, its builders keep their promises, its seed decides it."""

import numpy as np
import pytest

from analysis.knn_graph import Metric
from analysis.neighbors import cells, graph
from analysis.neighbors.exact import INDEX as EXACT
from analysis.neighbors.graph import build_graph, graph_recipe
from analysis.neighbors.points import prepare
from analysis.neighbors.recall import recall_of
from analysis.plugin import Index
from analysis.registry import indexes
from analysis.space import EmbeddingSpace
from models.errors import BadInput

K = 10
APPROXIMATE = ("cells", "hnsw", "ivf")


def space_of(vectors: np.ndarray) -> EmbeddingSpace:
    rows = np.ascontiguousarray(vectors, np.float32)
    return EmbeddingSpace("world", "key", rows, [str(row) for row in range(len(rows))])


def clustered(n: int = 3000, d: int = 32, seed: int = 0) -> np.ndarray:
    """Thirty clusters of eight dimensions each, in d."""
    rng = np.random.default_rng(seed)
    latent = 2 * rng.normal(size=(30, 8))[rng.integers(0, 30, n)] + rng.normal(size=(n, 8))
    return (latent @ rng.normal(size=(8, d)) + 0.1 * rng.normal(size=(n, d))).astype(np.float32)


@pytest.fixture(scope="module")
def world() -> EmbeddingSpace:
    vectors = clustered()
    vectors[500:540] = vectors[500]  # more twins than neighbours
    return space_of(vectors)


def true_recall(space: EmbeddingSpace, metric: Metric, found: np.ndarray) -> float:
    """The share of all points' found neighbours that are no farther than the true k-th."""
    points = prepare(space.vectors, metric)
    _, true = EXACT.build(space.vectors, k=found.shape[1], metric=metric, seed=0)
    distances = points.distances(space.vectors, found.astype(np.int64))
    return float((distances <= true[:, -1:] + 1e-6).mean())


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("method", APPROXIMATE)
def test_approximate_search_finds_nearly_all_and_says_how_many(world, method, metric):
    made = build_graph(world, metric=metric, k=K, seed=0, method=method)
    assert made.method == method
    assert made.recall.value is not None and made.recall.value > 0.95
    assert made.recall.n == 1000
    assert made.recall.low <= true_recall(world, metric, made.indices) <= made.recall.high


def test_cells_reach_the_recall_that_is_asked_for_inner_products_too(world):
    made = build_graph(world, metric="dot", k=K, seed=0, method="cells")
    assert true_recall(world, "dot", made.indices) > 0.985


@pytest.mark.parametrize("method", ["exact", *APPROXIMATE])
def test_a_point_is_never_its_own_neighbour_even_among_its_twins(world, method):
    made = build_graph(world, metric="cosine", k=K, seed=0, method=method)
    assert not (made.indices == np.arange(world.n)[:, None]).any()
    assert (made.distances[500:540] == 0).all()
    ordered = np.sort(made.indices, axis=1)
    assert (np.diff(ordered, axis=1) > 0).all()
    assert (np.diff(made.distances, axis=1) >= 0).all()


@pytest.mark.parametrize("method", ["exact", *APPROXIMATE])
def test_the_same_seed_gives_the_same_graph(world, method):
    first, second = (build_graph(world, metric="cosine", k=K, seed=4, method=method) for _ in range(2))
    np.testing.assert_array_equal(first.indices, second.indices)
    np.testing.assert_array_equal(first.distances, second.distances)
    assert first.recall == second.recall
    assert first.key == second.key == graph_recipe("key", metric="cosine", k=K, seed=4, method=method).key


def test_distances_of_every_method_are_those_of_its_neighbours(world):
    wide = world.vectors.astype(np.float64)
    unit = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    for method in ("exact", *APPROXIMATE):
        made = build_graph(world, metric="cosine", k=K, seed=0, method=method)
        cosines = np.einsum("nd,nkd->nk", unit, unit[made.indices])
        np.testing.assert_allclose(made.distances, 1 - cosines, atol=1e-7)


def planted(vectors, *, k, metric, seed, lie):
    indices, distances = EXACT.build(vectors, k=k, metric=metric, seed=seed)
    return lie(indices.copy(), distances.copy())


LIES = {
    "its own neighbour": lambda i, d: (np.hstack([np.arange(len(i), dtype=i.dtype)[:, None], i[:, 1:]]), d),
    "one neighbour twice": lambda i, d: (np.hstack([i[:, :1], i[:, :-1]]), d),
    "did not find": lambda i, d: (np.where(i == 5, -1, i), d),
    "distances that are not those": lambda i, d: (i, 1.01 * d),
    "out of order": lambda i, d: (i[:, ::-1], d[:, ::-1]),
}


@pytest.mark.parametrize("sentence", LIES)
def test_an_index_that_breaks_its_promise_is_refused(world, monkeypatch, sentence):
    def build(vectors, *, k, metric, seed):
        return planted(vectors, k=k, metric=metric, seed=seed, lie=LIES[sentence])

    liar = Index(name="liar", title="Liar", version=1, exact=True, build=build)
    monkeypatch.setattr(graph, "indexes", lambda: {"liar": liar})
    with pytest.raises(ValueError, match=sentence):
        build_graph(world, metric="euclidean", k=K, seed=0, method="liar")


def test_recall_tells_how_many_neighbours_were_swapped_for_wrong_ones():
    space = space_of(clustered(2000, seed=7))
    indices, _ = EXACT.build(space.vectors, k=40, metric="cosine", seed=0)
    wrong = np.hstack([indices[:, :7], indices[:, 37:40]])  # 3 of 10 are far too far
    for claimed in (True, False):  # calling oneself exact does not help
        recall, each = recall_of(prepare(space.vectors, "cosine"), wrong, exact=claimed, seed=0)
        assert recall.value == pytest.approx(0.7)
        assert recall.low < 0.7 < recall.high
        assert each[6] == 1 and each[9] == recall.value


def test_auto_is_exact_while_small_and_measured():
    made = build_graph(space_of(clustered(300)), metric="cosine", k=K, seed=0)
    assert (made.method, made.recall.value, made.recall.n) == ("exact", 1.0, 200)
    assert 0.97 < made.recall.low < 1 and made.recall.high == 1


def test_auto_uses_cells_beyond_the_crossover(world, monkeypatch):
    monkeypatch.setattr(graph, "EXACT_UP_TO", 1000)
    assert build_graph(world, metric="cosine", k=K, seed=0).method == "cells"


def test_auto_searches_exactly_where_cells_miss_too_many(world, monkeypatch):
    monkeypatch.setattr(graph, "EXACT_UP_TO", 1000)
    monkeypatch.setattr(cells, "SHARE", 0.5)
    said: list[str] = []
    made = build_graph(world, metric="cosine", k=K, seed=0, report=lambda done, total, line: said.append(line))
    assert (made.method, made.recall.value) == ("exact", 1.0)
    assert any("too low, searching exactly" in line for line in said)


@pytest.mark.parametrize("k", [0, 5, 9])
def test_k_must_leave_that_many_others(k):
    with pytest.raises(BadInput, match=f"k is {k} but space 'world' has 5 samples; give a k from 1 to 4"):
        build_graph(space_of(clustered(5)), metric="cosine", k=k, seed=0)


def test_an_unknown_method_names_the_nearest():
    with pytest.raises(BadInput, match="no index 'cels'; did you mean 'cells'"):
        build_graph(space_of(clustered(50)), metric="cosine", k=3, seed=0, method="cels")


def test_inner_products_beyond_float32_are_refused():
    with pytest.raises(BadInput, match="metric 'dot' overflows on vectors of"):
        build_graph(space_of(1e25 * clustered(50)), metric="dot", k=3, seed=0)


def test_cells_work_with_fewer_points_than_neighbours_asked_in_a_cell():
    space = space_of(clustered(60))
    made = build_graph(space, metric="euclidean", k=50, seed=0, method="cells")
    assert made.indices.shape == (60, 50)
    assert true_recall(space, "euclidean", made.indices) > 0.97


def test_every_index_is_listed_with_one_exact():
    assert {name for name, index in indexes().items() if index.exact} == {"exact"}
    assert set(indexes()) == {"cells", "exact", "hnsw", "ivf", "lists"}
