"""Two samples beside all others: distances, ranks and percentiles equal those of scipy and of counting by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from scipy.stats import percentileofscore

from analysis.geometry import two_samples
from analysis.geometry.distances import ANALYSIS
from analysis.geometry.two_samples import Histogram, Rank, apart, percentile
from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze
from tests.worlds import categories, graph_of, space_of

METRICS = pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])


def cloud(n: int = 120, d: int = 7, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((n, d)) + 0.4).astype(np.float32)


def matrix(vectors: np.ndarray, metric: Metric) -> np.ndarray:
    """All distances by scipy, and by numpy what it lacks."""
    wide = vectors.astype(np.float64)
    return -wide @ wide.T if metric == "dot" else squareform(pdist(wide, metric))


def counted(all_distances: np.ndarray, a: int, b: int) -> Rank:
    """The rank of b among a's neighbors by looking at one after the other."""
    others = [i for i in range(len(all_distances)) if i != a]
    apart_by = {i: all_distances[a, i] - all_distances[a, b] for i in others}
    nearer = sum(gap < -1e-12 for gap in apart_by.values())
    return Rank(nearer, sum(abs(gap) <= 1e-12 for gap in apart_by.values()) - 1, len(others))


@METRICS
@pytest.mark.parametrize(("a", "b"), [(0, 1), (5, 110), (119, 3)])
def test_distance_and_ranks_are_those_of_all_distances(metric: Metric, a: int, b: int) -> None:
    vectors, found = cloud(), apart(cloud(), a, b, metric)
    distances = matrix(vectors, metric)
    assert found.distance == pytest.approx(distances[a, b], rel=1e-12)
    assert found.of_b == counted(distances, a, b)
    assert found.of_a == counted(distances, b, a)


@METRICS
def test_the_rank_of_a_neighbor_is_its_place_in_the_graph(metric: Metric) -> None:
    space = space_of(cloud())
    if metric == "dot":
        order = np.argsort(matrix(space.vectors, "dot")[4], kind="stable")
        near = order[order != 4][:9]
    else:
        near = graph_of(space, 9, metric).indices[4]
    assert [apart(space.vectors, 4, int(row), metric).of_b.first for row in near] == list(range(1, 10))


@METRICS
def test_ties_share_a_rank_and_are_counted(metric: Metric) -> None:
    vectors = cloud(60)
    vectors[[20, 21, 22]] = vectors[10]  # four samples at one place
    found = apart(vectors, 0, 10, metric)
    assert found.of_b.tied == 3
    assert found.of_b == counted(matrix(vectors, metric), 0, 10)
    assert found.of_b.last == found.of_b.first + 3
    if metric != "dot":
        assert apart(vectors, 10, 21, metric) == two_samples.Apart(0.0, Rank(0, 2, 59), Rank(0, 2, 59))


def test_ties_on_a_lattice_are_all_found() -> None:
    corners = np.array([[x, y, z] for x in range(4) for y in range(4) for z in range(4)], np.float32)
    whole = squareform(pdist(corners, "sqeuclidean"))  # whole numbers, so exact
    for a, b in [(0, 1), (21, 42), (0, 63), (5, 40)]:
        nearer, tied = (whole[a] < whole[a, b]).sum() - 1, (whole[a] == whole[a, b]).sum() - 1
        assert apart(corners, a, b, "euclidean").of_b == Rank(nearer, tied, 63)


def test_within_k_is_open_where_ties_decide() -> None:
    assert [Rank(3, 2, 50).within(k) for k in (3, 4, 5, 6)] == [False, None, None, True]


def test_cosine_leaves_zero_vectors_out_and_has_no_answer_for_one() -> None:
    vectors = cloud(40)
    vectors[[7, 8]] = 0
    rest = np.delete(np.arange(40), [7, 8])
    found, without = apart(vectors, 0, 1, "cosine"), apart(vectors[rest], 0, 1, "cosine")
    assert found == without and found.of_b.of == 37
    assert percentile(vectors, 0, 1, "cosine") == percentile(vectors[rest], 0, 1, "cosine")
    with pytest.raises(CannotAnalyze, match="no direction"):
        apart(vectors, 0, 7, "cosine")


def test_near_twins_far_from_the_origin_keep_their_order() -> None:
    vectors = np.full((30, 3), 1000, np.float32)
    vectors[:, 0] += np.arange(30, dtype=np.float32) * np.float32(2**-13)
    assert apart(vectors, 0, 9, "euclidean").of_b == Rank(8, 0, 29)
    assert apart(vectors, 0, 9, "euclidean").distance == 9 * 2**-13


@METRICS
def test_the_percentile_of_few_samples_is_exact(metric: Metric) -> None:
    vectors = cloud(90)
    vectors[3] = vectors[4]
    pairs = matrix(vectors, metric)[np.triu_indices(90, 1)]
    for a, b in [(0, 1), (17, 60)]:
        found = percentile(vectors, a, b, metric)
        expected = percentileofscore(pairs, matrix(vectors, metric)[a, b], kind="mean") / 100
        assert (found.how, found.pairs) == ("all", 90 * 89 // 2)
        assert found.low == found.value == found.high == pytest.approx(expected, abs=1e-12)


@METRICS
def test_a_histogram_bounds_the_percentile_by_its_bin(metric: Metric, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_samples, "MOST", 100)
    vectors = cloud(800)
    pairs = matrix(vectors, metric)[np.triu_indices(800, 1)]
    counts, edges = np.histogram(pairs, bins=300)
    for a, b in np.random.default_rng(1).choice(800, (40, 2), replace=False):
        found = percentile(vectors, a, b, metric, Histogram(edges, counts))
        true = percentileofscore(pairs, matrix(vectors, metric)[a, b], kind="mean") / 100
        assert found.how == "bins" and found.pairs == len(pairs)
        assert found.low <= true <= found.high
        assert found.high - found.low <= 2 * counts.max() / counts.sum() + 1e-12
        assert abs(found.value - true) <= counts.max() / counts.sum()


def test_the_histogram_of_the_distances_page_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    space = space_of(cloud(400))
    labels = categories(*("ab"[row % 2] for row in range(400)))
    kept = ANALYSIS.compute(
        space, ANALYSIS.params(), neighbors=graph_of(space, 5, "cosine"), metric="cosine", labels=labels
    ).arrays
    exact = percentile(space.vectors, 3, 200, "cosine")
    monkeypatch.setattr(two_samples, "MOST", 50)
    found = percentile(space.vectors, 3, 200, "cosine", Histogram(kept["edges"], kept["all"]))
    assert found.low <= exact.value <= found.high and found.high - found.low < 0.03


@METRICS
def test_the_interval_of_a_sample_of_pairs_covers(metric: Metric, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 clouds; at most binomial(100, 0.05)'s 99.9th percentile may miss."""
    monkeypatch.setattr(two_samples, "MOST", 150)
    missed, widths = 0, []
    for seed in range(100):
        vectors = cloud(700, seed=seed)
        a, b = np.random.default_rng(seed).choice(700, 2, replace=False)
        found = percentile(vectors, int(a), int(b), metric)
        distances = matrix(vectors, metric)
        true = percentileofscore(distances[np.triu_indices(700, 1)], distances[a, b], kind="mean") / 100
        assert found.how == "sample" and found.pairs == 150 * 149 // 2
        missed += not found.low - 1e-12 <= true <= found.high + 1e-12
        widths.append(found.high - found.low)
    assert missed <= 13
    assert np.median(widths) < 0.13  # 75 independent pairs would give .2


def test_no_pair_nearer_in_a_sample_is_no_proof_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_samples, "MOST", 50)
    vectors = cloud(300)
    vectors[1] = vectors[0]
    found = percentile(vectors, 0, 1, "euclidean")
    assert found.value < 0.01 and found.low == 0 and found.high > 0.03


def test_a_sampled_histogram_widens_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_samples, "MOST", 50)
    vectors = cloud(600)
    some = matrix(vectors[:200], "euclidean")[np.triu_indices(200, 1)]
    counts, edges = np.histogram(some, bins=300)
    found = percentile(vectors, 250, 251, "euclidean", Histogram(edges, counts))
    share = found.value
    half = 1.96 * math.sqrt(share * (1 - share) / 99)
    assert found.high - found.low > 1.5 * half


@METRICS
def test_memory_mapped_vectors_give_the_same(metric: Metric, tmp_path: Path) -> None:
    vectors = cloud(300, 40)
    np.save(tmp_path / "v.npy", vectors)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    assert apart(mapped, 2, 250, metric) == apart(vectors, 2, 250, metric)
    assert percentile(mapped, 2, 250, metric) == percentile(vectors, 2, 250, metric)


@METRICS
def test_blocks_of_rows_change_nothing(metric: Metric, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = apart(cloud(200), 0, 150, metric)
    monkeypatch.setattr(two_samples, "NUMBERS", 7 * 13)
    part = apart(cloud(200), 0, 150, metric)
    assert (part.of_a, part.of_b) == (whole.of_a, whole.of_b)
