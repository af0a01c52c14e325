"""Collapse against the paper's formulas written out with a pseudo-inverse, silhouettes against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_samples, silhouette_score

from analysis.geometry import collapse_draws, silhouettes
from analysis.geometry.collapse import ANALYSIS
from analysis.labels import Labels
from analysis.plugin import Params
from analysis.space import EmbeddingSpace
from analysis.uncertainty import answer
from benchmarks.coverage import simulate
from tests.worlds import ask, categories, clusters, needs_of, numbers, space_of, values


def by_the_paper(vectors: np.ndarray, codes: np.ndarray) -> dict[str, float]:
    """Papyan, Han and Donoho 2020, "Data and metrics", for classes 0, 1 ... of any size."""
    rows, classes = vectors.astype(np.float64), codes.max() + 1
    means = np.stack([rows[codes == code].mean(axis=0) for code in range(classes)])
    apart = means - rows.mean(axis=0)
    within = (rows - means[codes]).T @ (rows - means[codes]) / len(rows)
    between = apart.T @ apart / classes
    norms = np.linalg.norm(apart, axis=1)
    cosines = (apart / norms[:, None]) @ (apart / norms[:, None]).T
    off = cosines[~np.eye(classes, dtype=bool)]
    return {
        "nc1": np.trace(within @ np.linalg.pinv(between, rcond=1e-10, hermitian=True)) / classes,
        "nc2_norms": norms.std() / norms.mean(),
        "nc2_angles": np.abs(off + 1 / (classes - 1)).mean(),
    }


def world(n: int, d: int, classes: int) -> tuple[EmbeddingSpace, Labels]:
    """Classes of uneven size about uneven means, far from zero."""
    rng = np.random.default_rng([n, d])
    codes = np.concatenate([np.repeat(np.arange(classes), 2), rng.geometric(0.4, n) % classes])[:n]
    vectors = rng.standard_normal((classes, d))[codes] + rng.standard_normal((n, d)) + 4
    return space_of(vectors), categories(*(f"c{code}" for code in codes))


@pytest.mark.parametrize(("n", "d", "classes"), [(300, 12, 4), (200, 3, 7), (60, 100, 5), (90, 2, 2)])
def test_numbers_equal_their_definitions(n: int, d: int, classes: int) -> None:
    space, labels = world(n, d, classes)
    result = ask(ANALYSIS, space, labels)
    got = values(result)
    expected = by_the_paper(space.vectors, labels.codes)
    assert {name: got[name] for name in expected} == pytest.approx(expected, rel=1e-7)
    rows = space.vectors.astype(np.float64)
    assert got["silhouette"] == pytest.approx(silhouette_score(rows, labels.codes), abs=1e-9)
    assert result.points["silhouette"] == pytest.approx(silhouette_samples(rows, labels.codes), abs=1e-9)


def simplex(classes: int, each: int) -> tuple[EmbeddingSpace, Labels]:
    """Every sample at its class mean, the means a regular simplex about a far point."""
    codes = np.repeat(np.arange(classes), each)
    return space_of(2 * np.eye(classes)[codes] + 3), categories(*(f"c{code}" for code in codes))


@pytest.mark.parametrize("classes", [2, 5])
def test_a_regular_simplex_has_collapsed_fully(classes: int) -> None:
    got = values(ask(ANALYSIS, *simplex(classes, 6)))
    expected = {"nc1": 0, "nc2_norms": 0, "nc2_angles": 0, "silhouette": 1}
    assert got == pytest.approx(expected, abs=1e-7)


def test_two_classes_on_a_line_are_known() -> None:
    space, labels = space_of([[-2, 0], [-1, 0], [1, 0], [2, 0]]), categories(*"aabb")
    got = values(ask(ANALYSIS, space, labels))
    assert got["nc1"] == pytest.approx(0.25 / 1.5**2 / 2)  # S_W = 0.5², S_B = 1.5²
    assert got["silhouette"] == pytest.approx((2 * (1 - 1 / 3.5) + 2 * (1 - 1 / 2.5)) / 4)


def test_samples_alone_in_their_class_or_without_one_are_left_out_and_counted() -> None:
    space, labels = world(80, 6, 3)
    names: list[str | None] = [labels.classes[code] for code in labels.codes]
    names[11], names[12] = "alone", None
    result = ask(ANALYSIS, space, categories(*names))
    there = ~np.isin(np.arange(80), [11, 12])
    expected = ask(ANALYSIS, space_of(space.vectors[there]), categories(*(names[row] for row in np.flatnonzero(there))))
    assert values(result) == pytest.approx(values(expected), rel=1e-9)
    assert result.numbers["nc1"].n == 78
    assert np.isnan(result.points["silhouette"][[11, 12]]).all()
    assert [note.split()[0] for note in result.notes] == ["1", "1"]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (categories(*["a"] * 60), "1 classes"),
        (categories(*(f"c{row}" for row in range(60))), "0 classes"),
        (numbers(np.linspace(0, 1, 60)), "holds numbers"),
    ],
)
def test_without_two_classes_there_is_no_answer(labels: Labels, words: str) -> None:
    space, _ = clusters(60)
    result = answer(ANALYSIS, space, Params(), {"labels": labels}, draws=40, seed=0, k=5)
    assert all(words in number.why for number in result.numbers.values())


def test_equal_vectors_have_no_answer() -> None:
    result = answer(
        ANALYSIS, space_of(np.full((9, 4), 0.3)), Params(), {"labels": categories(*"aaabbbccc")}, draws=0, seed=0, k=1
    )
    assert all("equal" in number.why for number in result.numbers.values())


def test_classes_of_one_mean_have_silhouettes_alone() -> None:
    space = space_of([[-1, 0], [1, 0], [-2, 0], [2, 0]])
    found = ask(ANALYSIS, space, categories(*"aabb")).numbers
    assert "same mean" in found["nc1"].why
    assert "no direction" in found["nc2_angles"].why
    assert found["silhouette"].value == pytest.approx(silhouette_score(space.vectors, [0, 0, 1, 1]))


def test_copies_have_silhouettes_like_scikit_learns() -> None:
    space, codes = space_of([[0, 0], [0, 0], [0, 0], [5, 1], [5, 1], [4, 1]]), [0, 0, 1, 1, 2, 2]
    got = ask(ANALYSIS, space, categories(*map(str, codes))).points["silhouette"]
    assert got == pytest.approx(silhouette_samples(space.vectors, codes), abs=1e-7)


def test_beyond_the_exact_size_a_sample_stands_for_all_and_the_notes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    space, labels = world(900, 6, 4)
    whole = answer(ANALYSIS, space, Params(), {"labels": labels}, draws=100, seed=0, k=5).numbers
    monkeypatch.setattr("analysis.geometry.collapse.EXACT", 500)
    monkeypatch.setattr("analysis.geometry.collapse.SAMPLE", 400)
    monkeypatch.setattr(collapse_draws, "DOUBLE", 300)
    result = answer(ANALYSIS, space, Params(), {"labels": labels}, draws=100, seed=0, k=5)
    assert "400 samples" in result.notes[0]
    assert result.numbers["nc1"].value == pytest.approx(whole["nc1"].value)
    assert result.numbers["silhouette"].value == pytest.approx(whole["silhouette"].value, abs=0.03)
    for name, number in result.numbers.items():
        width = (number.high - number.low) / (whole[name].high - whole[name].low)
        assert 0.6 < width < 1.6, name


def test_the_null_is_the_numbers_of_labels_dealt_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    space, labels = world(200, 8, 3)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(100):
        codes = labels.permuted(rng).codes
        drawn.append(by_the_paper(space.vectors, codes) | {"silhouette": silhouette_score(space.vectors, codes)})
    for kept in (1 << 24, 200 * 50):  # silhouettes of all samples, and of 50
        monkeypatch.setattr(silhouettes, "KEPT", kept)
        found = answer(ANALYSIS, space, Params(), {"labels": labels}, draws=100, seed=0, k=5).numbers
        for name, number in found.items():
            expected = np.array([one[name] for one in drawn])
            assert number.null_mean == pytest.approx(expected.mean(), abs=expected.std()), name
            assert number.null_low < number.null_mean < number.null_high
    assert found["nc1"].beyond_null
    assert found["silhouette"].beyond_null


@pytest.mark.parametrize("cloud", ["clusters", "falling"])
def test_the_interval_covers_the_number_of_other_samples(cloud: str) -> None:
    table = simulate(ANALYSIS, cloud, n=100, simulations=20, draws=60, seed=3, truth=100)
    assert len(table) == 4
    assert (table["coverage"] >= 0.8).all(), table  # 0.3 % chance of fewer at 95 %


def test_the_figure_states_nc1_and_draws_the_classes() -> None:
    space, labels = clusters()
    needs = needs_of(ANALYSIS, space, labels)
    figure = ANALYSIS.figure(answer(ANALYSIS, space, Params(), needs, draws=40, seed=0, k=5))
    assert figure.layout.title.text.startswith("NC1 of kind 0.")
    assert len(figure.data[0].x) == 3
