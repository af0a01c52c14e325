"""Exact neighbours against brute force in float64, also where float32 cannot tell points apart."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from analysis.knn_graph import Metric
from analysis.neighbors.exact import INDEX
from analysis.neighbors.exact_search import SPARE, exact_search, search_in_float64
from analysis.neighbors.points import prepare

K = 7
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "dot")


def cloud(n: int = 600, d: int = 24, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, d)) * rng.uniform(0.5, 2, (n, 1))).astype(np.float32)


def brute(vectors: np.ndarray, metric: Metric, k: int = K) -> tuple[np.ndarray, np.ndarray]:
    """All pairs one by one in float64; of equal distances (in float32) the lower row number first."""
    wide = vectors.astype(np.float64)
    if metric == "dot":
        distances = -(wide @ wide.T)
    else:
        if metric == "cosine":
            wide = wide / np.linalg.norm(wide, axis=1, keepdims=True)
        distances = np.stack([((wide - row) ** 2).sum(axis=1) for row in wide])
        distances = distances / 2 if metric == "cosine" else np.sqrt(distances)
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances.astype(np.float32), axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distances, order, axis=1)


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_and_distances_equal_brute_force(metric):
    vectors = cloud()
    indices, distances = INDEX.build(vectors, k=K, metric=metric, seed=0)
    expected, lengths = brute(vectors, metric)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(distances, lengths, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_equal_scikit_learn(metric):
    vectors = cloud(seed=1)
    indices, distances = INDEX.build(vectors, k=K, metric=metric, seed=0)
    peer = NearestNeighbors(n_neighbors=K, metric=metric, algorithm="brute").fit(vectors.astype(np.float64))
    lengths, expected = peer.kneighbors()
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(distances, lengths, rtol=1e-5, atol=1e-6)


HARD = {
    "far from the origin": lambda base: 1000 + 1e-3 * base,
    "in a narrow cone": lambda base: 100 * np.ones(base.shape[1]) + 0.1 * base,
    "huge": lambda base: 1e25 * base,
    "minute": lambda base: 1e-30 * base,
    "tight clusters": lambda base: base[np.arange(len(base)) % 5] + 1e-4 * base[::-1],
    "on a line": lambda base: base[:, :1] + 0.5,
}


CASES = [(name, metric) for name in HARD for metric in ("cosine", "euclidean")]
CASES.remove(("far from the origin", "cosine"))  # angles of 1e-6: products in float64 do not tell them apart


@pytest.mark.parametrize(("name", "metric"), CASES)
def test_float32_products_cannot_swap_neighbours_in_a_space(name, metric):
    base = np.random.default_rng(3).normal(size=(400, 24))
    vectors = HARD[name](base).astype(np.float32)
    indices, distances = INDEX.build(vectors, k=K, metric=metric, seed=0)
    expected, lengths = brute(vectors, metric)
    np.testing.assert_allclose(distances, lengths, rtol=1e-5, atol=1e-30)
    if name != "on a line" or metric == "euclidean":  # on a line every angle is 0 or 180 degrees: all are ties
        np.testing.assert_array_equal(indices, expected)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_twins_are_neighbours_at_distance_zero_and_a_point_never_its_own(metric):
    vectors = cloud(120)
    vectors[40:80] = vectors[40]
    indices, distances = INDEX.build(vectors, k=K, metric=metric, seed=0)
    assert not (indices == np.arange(120)[:, None]).any()
    assert (distances[40:80] == 0).all()
    np.testing.assert_array_equal(indices[60], np.arange(40, 47))  # of 39 twins, those that come first
    np.testing.assert_array_equal(indices[42], [40, 41, 43, 44, 45, 46, 47])


def test_a_row_of_zeros_is_orthogonal_to_every_row_under_cosine():
    vectors = np.abs(cloud(50))
    vectors[[3, 9]] = 0
    indices, distances = INDEX.build(vectors, k=4, metric="cosine", seed=0)
    np.testing.assert_array_equal(distances[[3, 9]], 1)
    np.testing.assert_array_equal(indices[3], [0, 1, 2, 4])
    others = np.delete(indices, [3, 9], axis=0)
    assert not np.isin(others, [3, 9]).any()


def test_all_equal_rows_have_the_first_rows_as_neighbours():
    indices, distances = INDEX.build(np.ones((30, 3), np.float32), k=3, metric="euclidean", seed=0)
    np.testing.assert_array_equal(indices[10], [0, 1, 2])
    np.testing.assert_array_equal(indices[0], [1, 2, 3])
    assert (distances == 0).all()


def test_minus_the_inner_product_may_put_a_point_farther_from_itself_than_from_others():
    vectors = np.array([[1, 0], [3, 0], [2, 0], [-1, 0]], np.float32)
    indices, distances = INDEX.build(vectors, k=2, metric="dot", seed=0)
    np.testing.assert_array_equal(indices[0], [1, 2])
    np.testing.assert_array_equal(distances[0], [-3, -2])


@pytest.mark.parametrize("metric", METRICS)
def test_float64_and_float32_searches_agree(metric):
    vectors = cloud(seed=5)
    points = prepare(vectors, metric)
    rows = np.arange(0, 600, 7)
    fast = exact_search(points, vectors[rows], K, own=rows)
    slow = search_in_float64(points, vectors[rows], K, own=rows)
    np.testing.assert_array_equal(fast[0], slow[0])
    np.testing.assert_array_equal(fast[1], slow[1])


@pytest.mark.parametrize("n", [2, K + 1, K + SPARE, K + SPARE + 1, K + SPARE + 2])
def test_every_other_point_can_be_asked_for(n):
    vectors = cloud(n)
    indices, _ = INDEX.build(vectors, k=n - 1, metric="euclidean", seed=0)
    for row in range(n):
        assert sorted(indices[row]) == [other for other in range(n) if other != row]
