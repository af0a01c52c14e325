"""The health card against spaces with known faults."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from analysis.geometry.health import ANALYSIS
from tests.worlds import ask, space_of, values


def cloud(n: int = 200, d: int = 60, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


def severities(vectors: np.ndarray) -> dict[str, str]:
    alarms = ask(ANALYSIS, space_of(vectors)).tables["alarms"]
    return dict(zip(alarms["sentence"], alarms["severity"], strict=True))


def test_a_healthy_cloud_has_no_alarms() -> None:
    result = ask(ANALYSIS, space_of(cloud()))
    assert values(result) == {"duplicates": 0, "outlier_dimensions": 0, "nonfinite_rows": 0}
    assert result.notes == ()
    assert ANALYSIS.figure(result).layout.title.text == "No warnings; 0 outlier dimensions"


def test_every_repeat_of_an_earlier_row_is_counted() -> None:
    vectors = cloud(50)
    result = ask(ANALYSIS, space_of(np.vstack([vectors, vectors[:7], vectors[:2]])))
    assert result.numbers["duplicates"].value == 9
    assert "9 vectors repeat an earlier one exactly." in result.notes


def test_minus_zero_repeats_zero_and_one_bit_does_not() -> None:
    vectors = np.array([[0.0, 1.0], [-0.0, 1.0], [np.nextafter(np.float32(0), np.float32(1)), 1.0]], np.float32)
    assert ask(ANALYSIS, space_of(vectors)).numbers["duplicates"].value == 1


def test_planted_loud_dimensions_are_found_by_the_three_sigma_rule() -> None:
    vectors = cloud()
    vectors[:, 7] += 40
    vectors[:, 31] *= 40
    result = ask(ANALYSIS, space_of(vectors))
    magnitude = np.abs(vectors.astype(np.float64)).mean(axis=0)
    by_hand = np.flatnonzero(magnitude > magnitude.mean() + 3 * magnitude.std())
    assert sorted(by_hand) == [7, 31]
    assert result.numbers["outlier_dimensions"].value == 2
    assert sorted(result.tables["dimensions"]["dimension"][:2]) == [7, 31]
    assert any("2 outlier dimensions" in note for note in result.notes)
    assert all(note in ANALYSIS.figure(result).layout.title.text.replace("<br>", " ") for note in result.notes)


def test_outlier_dimensions_are_a_warning_only_where_they_carry_the_mean_cosine() -> None:
    loud = cloud()
    loud[:, 7] += 40
    assert severities(loud)["1 outlier dimension (7) makes up nearly all of the mean cosine."] == "warning"
    quiet = cloud() + 0.5
    quiet[:, 7] *= np.where(np.arange(len(quiet)) % 2, -4, 4)
    [(sentence, severity)] = severities(quiet).items()
    assert severity == "note" and sentence.startswith("1 outlier dimension (7): no warning, as it gives")


def test_shares_of_the_mean_cosine_are_those_of_timkey_and_van_schijndel() -> None:
    vectors = cloud(80, 12) + np.linspace(0, 2, 12, dtype=np.float32)
    table = ask(ANALYSIS, space_of(vectors)).tables["dimensions"].sort_values("dimension")
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = np.triu_indices(80, 1)
    by_hand = np.array([np.outer(column, column)[pairs].mean() for column in unit.T])
    mean = cosine_similarity(vectors)[pairs].mean()
    assert table["share_of_cosine"].to_numpy() == pytest.approx(by_hand / mean, abs=1e-5)
    assert table["share_of_cosine"].sum() == pytest.approx(1)


def test_a_point_a_cone_and_a_flat_space_raise_alarms() -> None:
    assert severities(np.full((10, 4), 2.0)) == {
        "All 10 vectors are equal: the space has collapsed to a point.": "alarm"
    }
    cone = severities(cloud() + 10)
    assert any(sentence.startswith("Narrow cone") and severity == "alarm" for sentence, severity in cone.items())
    rng = np.random.default_rng(0)
    line = rng.standard_normal((200, 1)) @ rng.standard_normal((1, 300)) + 1e-4 * rng.standard_normal((200, 300))
    flat = severities(line)
    assert any(sentence.startswith("Collapse") and severity == "alarm" for sentence, severity in flat.items())


def test_constant_dimensions_and_zero_vectors_are_warned_of() -> None:
    vectors = cloud()
    vectors[:, [3, 4]] = 0.5
    vectors[9] = 0
    vectors[9, [3, 4]] = 0.5
    assert severities(vectors)["2 of 60 dimensions never change."] == "warning"
    vectors = cloud()
    vectors[[2, 5]] = 0
    sentences = severities(vectors)
    assert sentences["2 vectors are zero and have no direction."] == "warning"
    assert sentences["1 vector repeats an earlier one exactly."] == "warning"


@pytest.mark.parametrize("vectors", [np.zeros((2, 1)), [[1.0], [2.0]], [[0.0, 1.0], [2.0, 3.0]], np.zeros((5, 3))])
def test_the_smallest_spaces_have_a_card(vectors: object) -> None:
    result = ask(ANALYSIS, space_of(vectors))
    assert result.numbers["nonfinite_rows"].value == 0
    assert result.tables["alarms"]["severity"].isin(["alarm", "warning", "note"]).all()
    ANALYSIS.figure(result)
