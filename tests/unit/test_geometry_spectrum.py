"""The spectrum's numbers against singular values taken directly."""

import numpy as np
import pytest
from scipy.stats import entropy

from analysis.geometry.spectrum import ANALYSIS, unrelated
from analysis.number import CannotAnalyze
from analysis.plugin import Params
from analysis.uncertainty import answer
from tests.worlds import ask, space_of, values


def singular_values(vectors: np.ndarray, centered: bool) -> np.ndarray:
    rows = vectors.astype(np.float64)
    return np.linalg.svd(rows - rows.mean(axis=0) * centered, compute_uv=False)


@pytest.mark.parametrize(("n", "d"), [(300, 40), (60, 150), (50, 50), (3, 1)])
def test_numbers_equal_those_of_a_direct_decomposition(n: int, d: int) -> None:
    rng = np.random.default_rng(1)
    space = space_of(rng.standard_normal((n, d)) * np.arange(1, d + 1) ** -0.7 + 0.3)
    got = values(ask(ANALYSIS, space))
    s, raw = singular_values(space.vectors, True), singular_values(space.vectors, False)
    v = s**2
    assert got["effective_rank"] == pytest.approx(np.exp(entropy(s)), rel=1e-5)
    assert got["rankme"] == pytest.approx(np.exp(entropy(raw)), rel=1e-5)
    assert got["participation_ratio"] == pytest.approx(v.sum() ** 2 / (v**2).sum(), rel=1e-9)
    assert got["stable_rank"] == pytest.approx(v.sum() / v.max(), rel=1e-9)


def test_rankme_is_within_a_thousandth_of_the_papers_own_form() -> None:
    space = space_of(np.random.default_rng(2).standard_normal((500, 60)) + 1)
    raw = singular_values(space.vectors, False)
    p = raw / raw.sum() + 1e-7
    assert values(ask(ANALYSIS, space))["rankme"] == pytest.approx(np.exp(-(p * np.log(p)).sum()), rel=1e-3)


def test_a_round_cloud_in_orthogonal_axes_uses_all_its_directions() -> None:
    cross = np.vstack([np.eye(6), -np.eye(6)])
    got = values(ask(ANALYSIS, space_of(cross)))
    assert got["effective_rank"] == pytest.approx(6)
    assert got["participation_ratio"] == pytest.approx(6)
    assert got["stable_rank"] == pytest.approx(6)


def test_points_on_a_line_use_one_direction() -> None:
    line = np.outer(np.linspace(-1, 1, 30), np.ones(20)) + 5
    got = values(ask(ANALYSIS, space_of(line)))
    assert got["participation_ratio"] == pytest.approx(1, abs=1e-6)
    assert got["effective_rank"] == pytest.approx(1, abs=1e-3)


def test_alpha_is_recovered_from_an_exact_power_law() -> None:
    basis = np.linalg.qr(np.random.default_rng(0).standard_normal((200, 120)))[0]
    basis = np.linalg.qr(np.column_stack([np.ones(200), basis]))[0][:, 1:]  # columns sum to 0
    vectors = basis * np.arange(1, 121) ** -0.65  # variances fall as axis^-1.3
    assert values(ask(ANALYSIS, space_of(vectors)))["alpha_req"] == pytest.approx(1.3, abs=1e-3)


def test_alpha_has_no_answer_with_too_few_axes_and_the_rest_has() -> None:
    numbers = ask(ANALYSIS, space_of(np.random.default_rng(0).standard_normal((50, 12)))).numbers
    assert numbers["alpha_req"].value is None
    assert "axes 11 to 100" in numbers["alpha_req"].why
    assert numbers["effective_rank"].value is not None


@pytest.mark.parametrize("point", [0.0, 1.0, 0.1, 1e6])
def test_equal_vectors_have_no_spectrum(point: float) -> None:
    with pytest.raises(CannotAnalyze, match="equal"):
        ask(ANALYSIS, space_of(np.full((20, 7), point)))


def test_two_samples_have_one_direction() -> None:
    got = values(ask(ANALYSIS, space_of([[0.0, 1.0, 2.0], [3.0, 1.0, 0.0]])))
    assert got["effective_rank"] == pytest.approx(1, abs=1e-6)


def test_dimensions_that_have_nothing_to_do_with_each_other_lie_in_their_null() -> None:
    space = space_of(np.random.default_rng(3).standard_normal((200, 15)) * np.arange(1, 16))
    numbers = answer(ANALYSIS, space, Params(), {}, draws=200, seed=0, k=5).numbers
    assert numbers["effective_rank"].beyond_null is False
    mixed = space_of(space.vectors @ np.random.default_rng(4).standard_normal((15, 15)).astype(np.float32))
    assert answer(ANALYSIS, mixed, Params(), {}, draws=200, seed=0, k=5).numbers["effective_rank"].beyond_null


def test_the_limit_law_of_the_null_agrees_with_shuffled_dimensions(monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.geometry import moments

    space = space_of(np.random.default_rng(5).standard_t(6, (600, 30)) * np.arange(1, 31) ** -0.5 + 0.2)
    shuffled = unrelated(space, Params())
    exact = [shuffled(np.random.default_rng(i))["effective_rank"] for i in range(40)]
    monkeypatch.setattr(moments, "EXACT_NULL", 100)
    limit = [unrelated(space, Params())(np.random.default_rng(i))["effective_rank"] for i in range(40)]
    assert np.mean(limit) == pytest.approx(np.mean(exact), abs=3 * np.std(exact) / np.sqrt(20))
    assert np.std(limit) == pytest.approx(np.std(exact), rel=0.5)


def test_the_figure_states_the_finding_and_shows_the_shuffled_spectrum() -> None:
    space = space_of(np.random.default_rng(3).standard_normal((80, 10)))
    result = answer(ANALYSIS, space, Params(), {}, draws=40, seed=0, k=5)
    figure = ANALYSIS.figure(result)
    assert figure.layout.title.text.startswith("As if 9.")
    assert [trace.name for trace in figure.data] == ["this space", "dimensions shuffled"]
    assert figure.data[1].y == pytest.approx(result.arrays["null_spectrum"])
