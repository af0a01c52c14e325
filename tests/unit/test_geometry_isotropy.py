"""Mean cosine against all pairs, IsoScore against the paper's seven steps written out."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity

from analysis.geometry import moments
from analysis.geometry.isotropy import ANALYSIS, round_cloud
from analysis.plugin import Params
from analysis.uncertainty import answer
from tests.worlds import ask, space_of, values


def isoscore_by_its_definition(vectors: np.ndarray) -> float:
    """Rudman et al. 2022, algorithm 1, for more samples than dimensions."""
    d = vectors.shape[1]
    turned = PCA(n_components=d).fit_transform(vectors.astype(np.float64))
    diagonal = np.diag(np.cov(turned.T))
    normalised = np.sqrt(d) * diagonal / np.linalg.norm(diagonal)
    defect = np.linalg.norm(normalised - np.ones(d)) / np.sqrt(2 * (d - np.sqrt(d)))
    uniform = (d - defect**2 * (d - np.sqrt(d))) ** 2 / d**2
    return (d * uniform - 1) / (d - 1)


@pytest.mark.parametrize(("n", "d", "power"), [(300, 25, 0.6), (200, 2, 1.0), (120, 60, 0.0), (500, 8, 3.0)])
def test_numbers_equal_their_definitions(n: int, d: int, power: float) -> None:
    vectors = np.random.default_rng(0).standard_normal((n, d)) * np.arange(1, d + 1) ** -power + 0.2
    space = space_of(vectors)
    got = values(ask(ANALYSIS, space))
    cosines = cosine_similarity(space.vectors.astype(np.float64))
    assert got["mean_cosine"] == pytest.approx(cosines[np.triu_indices(n, 1)].mean(), abs=1e-9)
    assert got["isoscore"] == pytest.approx(isoscore_by_its_definition(space.vectors), abs=1e-9)


def test_isoscore_with_fewer_samples_than_dimensions_counts_the_empty_directions() -> None:
    vectors = np.random.default_rng(0).standard_normal((20, 50)).astype(np.float32)
    covariance = np.cov(vectors.T.astype(np.float64))
    variances = np.clip(np.linalg.eigvalsh(covariance), 0, None)
    participation = variances.sum() ** 2 / (variances**2).sum()
    assert values(ask(ANALYSIS, space_of(vectors)))["isoscore"] == pytest.approx((participation - 1) / 49, abs=1e-7)


def test_points_carry_each_samples_mean_cosine_with_all_others() -> None:
    space = space_of(np.random.default_rng(1).standard_normal((40, 6)) + 0.5)
    cosines = cosine_similarity(space.vectors.astype(np.float64))
    expected = (cosines.sum(axis=1) - 1) / 39
    assert ask(ANALYSIS, space).points["mean_cosine"] == pytest.approx(expected, abs=1e-9)


def test_a_line_scores_zero_and_a_round_cross_one() -> None:
    line = np.outer(np.linspace(-1, 1, 30), np.ones(5))
    assert values(ask(ANALYSIS, space_of(line)))["isoscore"] == pytest.approx(0, abs=1e-9)
    cross = np.vstack([np.eye(6), -np.eye(6)])
    assert values(ask(ANALYSIS, space_of(cross)))["isoscore"] == pytest.approx(1, abs=1e-9)


def test_equal_vectors_have_cosine_one_and_no_isoscore() -> None:
    numbers = ask(ANALYSIS, space_of(np.full((9, 4), 0.3))).numbers
    assert numbers["mean_cosine"].value == pytest.approx(1)
    assert numbers["isoscore"].value is None
    assert "equal" in numbers["isoscore"].why


def test_zero_vectors_are_left_out_of_the_cosine_and_counted() -> None:
    space = space_of([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    result = ask(ANALYSIS, space)
    assert result.numbers["mean_cosine"].value == pytest.approx(np.sqrt(0.5))
    assert result.numbers["mean_cosine"].n == 2
    assert np.isnan(result.points["mean_cosine"][1])
    assert "1 zero vectors" in result.notes[0]


def test_only_zero_vectors_have_no_cosine() -> None:
    numbers = ask(ANALYSIS, space_of(np.zeros((4, 3)))).numbers
    assert numbers["mean_cosine"].value is None
    assert numbers["isoscore"].value is None


def test_one_dimension_has_no_isoscore() -> None:
    result = answer(ANALYSIS, space_of([[1.0], [2.0], [-3.0]]), Params(), {}, draws=50, seed=0, k=1)
    assert "only one" in result.numbers["isoscore"].why
    assert result.numbers["mean_cosine"].value == pytest.approx(-1 / 3)


def test_a_round_cloud_lies_in_its_null() -> None:
    space = space_of(np.random.default_rng(11).standard_normal((300, 20)))
    numbers = answer(ANALYSIS, space, Params(), {}, draws=200, seed=0, k=5).numbers
    assert numbers["mean_cosine"].beyond_null is False
    assert numbers["isoscore"].beyond_null is False


def test_the_limit_law_of_the_null_agrees_with_drawn_clouds(monkeypatch: pytest.MonkeyPatch) -> None:
    space = space_of(np.zeros((400, 30)))
    drawn = round_cloud(space, Params())
    exact = [drawn(np.random.default_rng(i)) for i in range(150)]
    monkeypatch.setattr(moments, "EXACT_NULL", 100)
    limit = [round_cloud(space, Params())(np.random.default_rng(i)) for i in range(150)]
    for name in ("mean_cosine", "isoscore"):
        a, b = (np.array([one[name] for one in draws]) for draws in (exact, limit))
        assert a.mean() == pytest.approx(b.mean(), abs=4 * a.std() / np.sqrt(75))
        assert b.std() == pytest.approx(a.std(), rel=0.3)


def test_the_figure_states_both_numbers() -> None:
    figure = ANALYSIS.figure(ask(ANALYSIS, space_of(np.random.default_rng(0).standard_normal((50, 4)) + 3)))
    assert figure.layout.title.text.startswith("Mean cosine 0.9")
    assert sum(figure.data[0].y) == 50
