"""Queries by vectors that are no samples."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from analysis.neighbors import query
from analysis.neighbors.query import query_index, search
from analysis.space import EmbeddingSpace
from models.errors import BadInput


@pytest.fixture(scope="module")
def space() -> EmbeddingSpace:
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(25, 16))[rng.integers(0, 25, 2000)] + 0.3 * rng.normal(size=(2000, 16))).astype(np.float32)
    return EmbeddingSpace("world", "key", rows, [str(row) for row in range(len(rows))])


QUERIES = np.random.default_rng(1).normal(size=(40, 16)).astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_nearest_samples_of_a_vector_equal_scikit_learns(space, metric):
    indices, distances = search(space, QUERIES, metric=metric, k=6)
    peer = NearestNeighbors(n_neighbors=6, metric=metric, algorithm="brute").fit(space.vectors.astype(np.float64))
    lengths, expected = peer.kneighbors(QUERIES.astype(np.float64))
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_allclose(distances, lengths, rtol=1e-5, atol=1e-6)


def test_the_largest_inner_products_are_nearest(space):
    indices, distances = search(space, QUERIES, metric="dot", k=6)
    products = QUERIES.astype(np.float64) @ space.vectors.T.astype(np.float64)
    np.testing.assert_array_equal(indices, np.argsort(-products, axis=1)[:, :6])
    np.testing.assert_allclose(distances, np.sort(-products, axis=1)[:, :6], rtol=1e-5)


def test_a_sample_asked_as_a_vector_finds_itself_first(space):
    indices, distances = search(space, space.vectors[:5], metric="cosine", k=1)
    np.testing.assert_array_equal(indices[:, 0], np.arange(5))
    assert (distances == 0).all()


@pytest.mark.parametrize("method", ["hnsw", "ivf"])
def test_an_approximate_index_shows_a_recall_that_its_answers_keep(space, method):
    index = query_index(space, metric="cosine", seed=0, method=method)
    exact, _ = search(space, QUERIES, metric="cosine", k=10)
    found, _ = index.search(QUERIES, k=10)
    kept = np.mean([np.isin(mine, true).mean() for mine, true in zip(found, exact, strict=True)])
    assert index.recall.n == 1000 and index.recall.value > 0.9
    assert kept > 0.8


def test_a_large_space_gets_an_inverted_file(space, monkeypatch):
    assert query_index(space, metric="cosine").method == "exact"
    monkeypatch.setattr(query, "EXACT_UP_TO", 1000)
    assert query_index(space, metric="cosine").method == "ivf"


@pytest.mark.parametrize(
    ("queries", "k", "sentence"),
    [
        (QUERIES[:, :3], 5, "give rows of 16 numbers"),
        (QUERIES, 2001, "k is 2001 but the space has 2000 samples"),
        (np.full((1, 16), np.nan, np.float32), 5, "NaN or infinite"),
    ],
)
def test_queries_that_cannot_be_answered_are_refused(space, queries, k, sentence):
    with pytest.raises(BadInput, match=sentence):
        search(space, queries, metric="cosine", k=k)
