"""How far a map can be trusted, against scikit-learn and known cases."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from analysis.neighbors.graph import build_graph
from analysis.projection import trust as module
from analysis.projection.principal import principal
from analysis.projection.trust import trust
from analysis.space import EmbeddingSpace

K = 8


def space_of(vectors: np.ndarray) -> EmbeddingSpace:
    rows = np.ascontiguousarray(vectors, np.float32)
    return EmbeddingSpace("world", "key", rows, [str(row) for row in range(len(rows))])


@pytest.fixture(scope="module")
def world() -> EmbeddingSpace:
    rng = np.random.default_rng(0)
    return space_of(rng.normal(size=(400, 12)) * np.linspace(2, 0.4, 12) + 1)


@pytest.fixture(scope="module")
def drawn(world) -> np.ndarray:
    return principal(world.vectors, 2).coordinates.astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("given", [True, False])
def test_trustworthiness_equals_scikit_learns(world, drawn, metric, given):
    graph = build_graph(world, metric=metric, k=K + 5, seed=0) if given else None
    result = trust(world, graph, drawn, metric=metric, k=K, seed=0)
    number = result.numbers["trustworthiness"]
    expected = trustworthiness(world.vectors.astype(np.float64), drawn, n_neighbors=K, metric=metric)
    assert number.value == pytest.approx(expected, abs=1e-6)
    assert number.n == world.n and number.low < number.value < number.high


def test_continuity_is_the_trustworthiness_of_the_exchanged_spaces(world, drawn):
    number = trust(world, None, drawn, metric="euclidean", k=K, seed=0).numbers["continuity"]
    exchanged = trust(space_of(drawn), None, world.vectors, metric="euclidean", k=K, seed=0)
    assert number.value == pytest.approx(exchanged.numbers["trustworthiness"].value, abs=1e-6)
    expected = trustworthiness(drawn.astype(np.float64), world.vectors.astype(np.float64), n_neighbors=K)
    assert number.value == pytest.approx(expected, abs=1e-6)


def test_a_map_that_is_the_space_is_without_error():
    flat = np.random.default_rng(2).normal(size=(150, 2)).astype(np.float32)
    result = trust(space_of(flat), None, 3 * flat, metric="euclidean", k=K, seed=0)
    assert {name: number.value for name, number in result.numbers.items()} == {"trustworthiness": 1, "continuity": 1}
    assert (result.points["projection_error"] == 0).all()


def test_a_map_dealt_at_random_lies_within_its_null(world, drawn):
    shuffled = np.random.default_rng(5).permutation(drawn)
    for number in trust(world, None, shuffled, metric="euclidean", k=K, seed=0).numbers.values():
        assert number.value == pytest.approx(number.null_mean, abs=0.03)
        assert number.null_mean == pytest.approx(0.5, abs=0.03)
    for number in trust(world, None, drawn, metric="euclidean", k=K, seed=0).numbers.values():
        assert number.beyond_null


def test_each_points_error_is_the_share_of_its_neighbours_that_the_map_loses(world, drawn):
    error = trust(world, None, drawn, metric="cosine", k=K, seed=0).points["projection_error"]
    unit = world.vectors / np.linalg.norm(world.vectors, axis=1, keepdims=True)
    near, shown = -unit @ unit.T, np.linalg.norm(drawn[:, None] - drawn, axis=2)
    for row in range(0, world.n, 17):
        lists = [set(np.argsort(np.where(np.arange(world.n) == row, np.inf, all_[row]))[:K]) for all_ in (near, shown)]
        assert error[row] == pytest.approx(1 - len(lists[0] & lists[1]) / K)


def test_a_sample_of_points_is_ranked_among_all_and_the_map_says_so(world, drawn, monkeypatch):
    whole = trust(world, None, drawn, metric="euclidean", k=K, seed=0)
    monkeypatch.setattr(module, "PAIRS", 1000)
    monkeypatch.setattr(module, "FEWEST", 100)
    part = trust(world, None, drawn, metric="euclidean", k=K, seed=0)
    for name, number in part.numbers.items():
        assert number.n == 100
        assert number.low < whole.numbers[name].value < number.high
    assert part.notes == ("Trustworthiness and continuity: 100 of 400 samples judged, ranked among all.",)
    assert whole.notes == ()
    np.testing.assert_array_equal(part.points["projection_error"], whole.points["projection_error"])
    again = trust(world, None, drawn, metric="euclidean", k=K, seed=0)
    assert again.numbers == part.numbers


def test_twins_in_the_space_share_the_best_rank_on_the_map():
    vectors = np.random.default_rng(3).normal(size=(60, 5))
    vectors[:20] = vectors[0]  # each has 19 others at distance 0
    drawn = np.random.default_rng(4).normal(size=(60, 2)).astype(np.float32)
    drawn[:20] *= 1e-3
    result = trust(space_of(vectors), None, drawn, metric="euclidean", k=5, seed=0)
    alone = 1 - 2 / (60 * 5 * (120 - 15 - 1)) * sum(_false(vectors, drawn, row) for row in range(20, 60))
    assert result.numbers["trustworthiness"].value == pytest.approx(alone, abs=1e-6)


def _false(vectors, drawn, row, k=5):
    """What a point's false neighbours add, by brute force."""
    distances = np.linalg.norm(vectors - vectors[row], axis=1)
    shown = np.linalg.norm(drawn - drawn[row], axis=1)
    distances[row] = shown[row] = np.inf
    return sum(max(0, 1 + (distances < distances[other] - 1e-9).sum() - k) for other in np.argsort(shown)[:k])


def test_a_row_of_zeros_lies_at_distance_one_from_every_row():
    vectors = np.abs(np.random.default_rng(6).normal(size=(40, 4)))
    vectors[0] = 0
    drawn = np.random.default_rng(7).normal(size=(40, 2)).astype(np.float32)
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    distances = 1 - unit @ unit.T
    np.fill_diagonal(distances, 0)
    number = trust(space_of(vectors), None, drawn, metric="cosine", k=5, seed=0).numbers["trustworthiness"]
    shown = np.linalg.norm(drawn[:, None] - drawn, axis=2)
    np.fill_diagonal(shown, np.inf)
    beyond = 0
    for row in range(40):
        others = np.where(np.arange(40) == row, np.inf, distances[row])
        for other in np.argsort(shown[row])[:5]:
            beyond += max(0, 1 + (others < others[other] - 1e-9).sum() - 5)
    assert number.value == pytest.approx(1 - 2 / (40 * 5 * (80 - 15 - 1)) * beyond, abs=1e-6)


def test_ranks_among_too_few_points_have_no_answer_but_errors_do():
    flat = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)
    result = trust(space_of(flat), None, flat, metric="euclidean", k=5, seed=0)
    for number in result.numbers.values():
        assert number.value is None and "k = 5 neighbours are half of the 10 samples" in number.why
    assert (result.points["projection_error"] == 0).all()
