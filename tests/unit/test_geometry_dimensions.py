"""Single dimensions: moments against scipy, outliers against the health card, shapes whose kurtosis is known."""

import numpy as np
import pytest
from scipy import stats

from analysis.geometry import moments
from analysis.geometry.dimensions import ANALYSIS
from analysis.geometry.health import ANALYSIS as HEALTH
from analysis.number import CannotAnalyze
from analysis.uncertainty import answer
from tests.worlds import ask, space_of, values


def cloud(n: int = 400, d: int = 30, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.standard_t(6, (n, d)) * np.arange(1, d + 1) ** -0.5 + rng.standard_normal(d)).astype(np.float32)


def test_variance_and_kurtosis_are_scipys_in_double_precision(monkeypatch) -> None:
    monkeypatch.setattr(moments, "CHUNK", 37)
    vectors = cloud() + np.float32(100)  # far from 0, where moments about 0 would lose all digits
    table = ask(ANALYSIS, space_of(vectors)).tables["dimensions"].sort_values("dimension")
    exact = vectors.astype(np.float64)
    assert table["mean"].to_numpy() == pytest.approx(exact.mean(axis=0), rel=1e-12)
    assert table["variance"].to_numpy() == pytest.approx(exact.var(axis=0), rel=1e-10)
    assert table["kurtosis"].to_numpy() == pytest.approx(stats.kurtosis(exact, fisher=True, bias=True), rel=1e-8)
    assert table["share"].sum() == pytest.approx(1)


def test_the_largest_variance_comes_first() -> None:
    table = ask(ANALYSIS, space_of(cloud())).tables["dimensions"]
    assert table["variance"].is_monotonic_decreasing and table["dimension"][0] == 0


def test_outliers_are_those_of_the_health_card_and_their_share_is_by_hand() -> None:
    vectors = np.random.default_rng(1).standard_normal((200, 60)).astype(np.float32)
    vectors[:, 7] += 40
    vectors[:, 31] *= 40
    space = space_of(vectors)
    result, card = ask(ANALYSIS, space), ask(HEALTH, space)
    table = result.tables["dimensions"]
    health = card.tables["dimensions"]
    assert set(table["dimension"][table["outlier"]]) == {7, 31} == set(health["dimension"][health["z"] > 3])
    variance = vectors.astype(np.float64).var(axis=0)
    outliers = table["share"][table["outlier"]].sum()
    assert outliers == pytest.approx(variance[[7, 31]].sum() / variance.sum(), rel=1e-9)
    assert values(result)["largest_variance"] == pytest.approx(variance[31] / variance.sum(), rel=1e-9)
    title = ANALYSIS.figure(result).layout.title.text.replace("<br>", " ")
    assert title.startswith("2 outlier dimensions of 60 with 96.") and "median excess kurtosis" in title
    assert "31" in ANALYSIS.figure(result).data[1].text


def test_known_shapes_have_their_kurtosis() -> None:
    rng = np.random.default_rng(2)
    n = 200_000
    columns = [rng.standard_normal(n), rng.uniform(size=n), rng.laplace(size=n), np.arange(n) % 2]
    table = ask(ANALYSIS, space_of(np.stack(columns, axis=1))).tables["dimensions"].sort_values("dimension")
    assert table["kurtosis"].to_numpy() == pytest.approx([0, -1.2, 3, -2], abs=0.12)


def test_a_constant_dimension_has_no_kurtosis_and_says_why() -> None:
    vectors = cloud()
    vectors[:, 4] = 0.1
    result = ask(ANALYSIS, space_of(vectors))
    table = result.tables["dimensions"].set_index("dimension")
    assert np.isnan(table["kurtosis"][4]) and table["why"][4] == "never changes" and table["why"].drop(4).eq("").all()
    assert result.notes == ("1 dimension, not drawn, never changes and has no kurtosis.",)
    assert np.isfinite(values(result)["median_kurtosis"])
    ANALYSIS.figure(result)


def test_equal_vectors_have_no_answer() -> None:
    with pytest.raises(CannotAnalyze, match="All vectors are equal"):
        ask(ANALYSIS, space_of(np.full((9, 4), 0.1)))


def test_a_subset_is_judged_by_its_own_moments() -> None:
    vectors, block_of = cloud() + np.float32(5), np.arange(400) % 8
    space = space_of(vectors)
    drawn = np.array([True, False, True, True, False, False, True, False])
    assert ANALYSIS.interval.share is not None  # type: ignore[union-attr]
    shared = ANALYSIS.interval.share(space, ANALYSIS.params(), block_of)(drawn)  # type: ignore[union-attr]
    anew = values(ask(ANALYSIS, space_of(vectors[drawn[block_of]])))
    assert shared == pytest.approx(anew, rel=1e-7)


def test_every_number_has_an_interval_about_it() -> None:
    space = space_of(cloud())
    result = answer(ANALYSIS, space, ANALYSIS.params(), {}, draws=60, seed=0, k=5)
    for name in ("largest_variance", "median_kurtosis"):
        number = result.numbers[name]
        assert number.low is not None and number.high is not None and number.low < number.value < number.high
