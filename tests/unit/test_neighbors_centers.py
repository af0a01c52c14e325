"""Near a group's center, and along the direction between two: equal to a computation that loops over the samples."""

import numpy as np
import pytest

from analysis.neighbors import centers
from analysis.neighbors.centers import along, ends, near_center
from analysis.number import CannotAnalyze

METRICS = ("cosine", "euclidean", "dot")
ROWS = (np.random.default_rng(0).normal(size=(300, 12)) * np.linspace(0.1, 5, 300)[:, None] + 2).astype(np.float32)


def group(*rows: int, n: int = 300) -> np.ndarray:
    found = np.zeros(n, dtype=bool)
    found[list(rows)] = True
    return found


A, B = group(*range(40)), group(*range(30, 90))


def unit(row: np.ndarray) -> np.ndarray:
    return row / np.sqrt(sum(x * x for x in row))


def by_hand(rows, chosen, metric):
    """The mean of a group, one row after the other."""
    wide = [row.astype(np.float64) for row in rows]
    mine = [unit(row) if metric == "cosine" else row for row, yes in zip(wide, chosen, strict=True) if yes]
    return sum(mine) / len(mine), [unit(row) if metric == "cosine" else row for row in wide]


def distances_by_hand(rows, chosen, metric):
    center, placed = by_hand(rows, chosen, metric)
    if metric == "cosine":
        return np.array([1 - row @ unit(center) for row in placed])
    if metric == "euclidean":
        return np.array([np.sqrt(sum((row - center) ** 2)) for row in placed])
    return np.array([-(row @ center) for row in placed])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("height", [7, 1 << 20])
def test_the_nearest_to_a_center_equal_a_loop_over_all(metric, others, height, monkeypatch):
    monkeypatch.setattr(centers, "NUMBERS", 12 * height)  # blocks of so many rows
    expected = distances_by_hand(ROWS, A, metric)
    if others:
        expected[A] = np.inf
    rows, distances = near_center(ROWS, A, metric, k=9, others=others)
    np.testing.assert_array_equal(rows, np.argsort(expected)[:9])
    np.testing.assert_allclose(distances, np.sort(expected)[:9], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_more_neighbours_than_there_are_samples_are_all_of_them(metric):
    rows, _ = near_center(ROWS, A, metric, k=1000)
    assert sorted(rows) == list(range(300))
    rows, _ = near_center(ROWS, A, metric, k=1000, others=True)
    assert sorted(rows) == list(range(40, 300))
    rows, _ = near_center(ROWS, group(*range(300)), metric, k=5, others=True)
    assert len(rows) == 0


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_sample_is_nearest_to_the_center_of_itself(metric):
    rows, distances = near_center(ROWS, group(123), metric, k=1)
    assert rows[0] == 123 and distances[0] == pytest.approx(0, abs=1e-12)


def test_of_samples_equally_far_the_first_rows_are_taken():
    rows, _ = near_center(np.repeat(ROWS[:3], 4, axis=0), group(0, n=12), "euclidean", k=3)
    assert list(rows) == [0, 1, 2]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("height", [7, 1 << 20])
def test_the_projection_equals_a_loop_over_all_also_where_the_groups_overlap(metric, height, monkeypatch):
    monkeypatch.setattr(centers, "NUMBERS", 12 * height)
    (a, placed), (b, _) = by_hand(ROWS, A, metric), by_hand(ROWS, B, metric)
    expected = [sum((row - (a + b) / 2) * (a - b)) / np.sqrt(sum((a - b) ** 2)) for row in placed]
    found = along(ROWS, A, B, metric)
    np.testing.assert_allclose(found.values, expected, rtol=1e-9, atol=1e-12)
    assert found.gap == pytest.approx(np.sqrt(sum((a - b) ** 2)))


def test_the_means_lie_half_their_distance_from_the_middle():
    found = along(ROWS, A, B, "euclidean")
    assert found.values[A].mean() == pytest.approx(found.gap / 2)
    assert found.values[B].mean() == pytest.approx(-found.gap / 2)


def test_the_way_back_is_the_same_line_with_the_other_sign():
    np.testing.assert_allclose(along(ROWS, A, B, "cosine").values, -along(ROWS, B, A, "cosine").values)


def test_the_ends_are_the_extremes_and_share_no_row():
    values = along(ROWS, A, B, "cosine").values
    high, low = ends(values, 10)
    np.testing.assert_array_equal(high, np.argsort(-values)[:10])
    np.testing.assert_array_equal(low, np.argsort(values)[:10])
    high, low = ends(values[:7], 1000)
    assert (len(high), len(low)) == (4, 3) and len({*high, *low}) == 7


def test_groups_with_the_same_mean_have_no_direction():
    with pytest.raises(CannotAnalyze, match="the same mean"):
        along(ROWS, A, A, "cosine")
    square = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], dtype=np.float32)
    with pytest.raises(CannotAnalyze, match="the same mean"):
        along(square, group(0, 1, n=4), group(2, 3, n=4), "euclidean")


@pytest.mark.parametrize("metric", METRICS)
def test_an_empty_selection_has_no_center(metric):
    with pytest.raises(CannotAnalyze, match="without samples"):
        near_center(ROWS, group(), metric, k=5)
    with pytest.raises(CannotAnalyze, match="without samples"):
        along(ROWS, A, group(), metric)


def test_vectors_that_cancel_point_nowhere_under_cosine_alone():
    opposite = np.array([[1, 0], [-3, 0], [0, 1]], dtype=np.float32)
    with pytest.raises(CannotAnalyze, match="cancel"):
        near_center(opposite, group(0, 1, n=3), "cosine", k=1)
    assert near_center(opposite, group(0, 1, n=3), "euclidean", k=1)[0][0] == 2


def test_a_vector_of_zeros_has_no_angle():
    rows = np.vstack([ROWS[:5], np.zeros((1, 12), np.float32)])
    with_zero, without = group(0, 5, n=6), group(0, n=6)
    found, distances = near_center(rows, with_zero, "cosine", k=6)
    assert dict(zip(found, distances, strict=True))[5] == 1
    np.testing.assert_array_equal(distances, near_center(rows, without, "cosine", k=6)[1])
    values = along(rows, with_zero, group(1, n=6), "cosine").values
    assert np.isnan(values[5]) and np.isfinite(values[:5]).all()
    assert 5 not in np.concatenate(ends(values, 10))
    with pytest.raises(CannotAnalyze, match="are zero"):
        near_center(rows, group(5, n=6), "cosine", k=1)


def test_very_large_and_very_small_vectors_are_compared_without_overflow():
    for scale in (1e30, 1e-30):
        rows = (ROWS * scale).astype(np.float32)
        for metric in METRICS:
            found = near_center(rows, A, metric, k=5)
            np.testing.assert_array_equal(found[0], near_center(ROWS, A, metric, k=5)[0])
            assert np.isfinite(found[1]).all() and np.isfinite(along(rows, A, B, metric).values).all()
