"""Whether a number goes with a score: scipy's values, the promised error rate, and what one family may hide."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.number import CannotAnalyze
from analysis.series.prediction import DRAWS, kendall, orders, predictions, relation, spearman


def frame(values: dict[str, dict[str, float]]) -> pd.DataFrame:
    rows = [(space, axis, value) for axis, column in values.items() for space, value in column.items()]
    return pd.DataFrame(rows, columns=["space", "axis", "value"])


def columns(values: np.ndarray, name: str) -> pd.DataFrame:
    return frame({f"{name}{j}": {f"s{i}": float(v) for i, v in enumerate(column)} for j, column in enumerate(values)})


@pytest.mark.parametrize("n", [5, 9, 40])
def test_both_correlations_are_scipys_with_and_without_ties(n: int) -> None:
    rng = np.random.default_rng(n)
    for x, y in ((rng.normal(size=n), rng.normal(size=n)), (rng.integers(4, size=n), rng.integers(3, size=n))):
        assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)
        assert kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic)


def test_p_of_few_spaces_is_that_of_every_order() -> None:
    x, y = np.arange(6.0), np.array([0.2, 0.1, 0.5, 0.3, 0.9, 0.7])
    found = relation(x, y, list("abcdef"), seed=0)
    peer = stats.permutation_test(
        (x,), lambda dealt: stats.spearmanr(dealt, y).statistic, permutation_type="pairings", n_resamples=np.inf
    )
    assert found.exact and found.spearman.p == pytest.approx(peer.pvalue)
    assert len(orders(6, np.random.default_rng(0))) == 720


def test_p_of_many_spaces_is_near_that_of_scipy() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=30)
    y = 0.4 * x + rng.normal(size=30)
    found = relation(x, y, ["a"] * 30, seed=0)
    assert not found.exact
    assert found.spearman.p == pytest.approx(stats.spearmanr(x, y).pvalue, abs=0.02)
    assert found.kendall.p == pytest.approx(stats.kendalltau(x, y).pvalue, abs=0.02)
    peer = stats.bootstrap(
        (x, y), lambda a, b: stats.spearmanr(a, b).statistic, paired=True, vectorized=False, method="percentile",
        n_resamples=999, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (found.spearman.low, found.spearman.high) == pytest.approx((peer.low, peer.high), abs=0.05)


def test_fewer_than_five_spaces_and_numbers_that_do_not_vary_have_no_answer() -> None:
    with pytest.raises(CannotAnalyze, match="4 spaces have both numbers, and of fewer than 5 nothing can be said"):
        relation([1, 2, 3, 4], [1, 2, 3, 4], list("abcd"), seed=0)
    with pytest.raises(CannotAnalyze, match="The score is the same in all 5 spaces"):
        relation([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], list("abcde"), seed=0)
    few = columns(np.arange(4.0)[None], "x")
    assert len(predictions(few, few, {f"s{i}": "a" for i in range(4)}, seed=0)) == 0


def test_a_correlation_between_two_families_alone_vanishes_without_either() -> None:
    rng = np.random.default_rng(3)
    family = np.repeat(["large", "small", "floor"], 8)
    apart = np.repeat([10.0, 0.0, 0.0], 8)
    noise = np.tile(np.arange(8.0), 3)
    mirrored = np.tile(rng.permutation(8).astype(float), 3)
    while abs(stats.spearmanr(noise[:8], mirrored[:8]).statistic) > 0.05:
        mirrored = np.tile(rng.permutation(8).astype(float), 3)
    found = relation(apart + noise, apart + mirrored, list(family), seed=0)
    assert found.spearman.value > 0.6 and found.spearman.p < 0.01
    without = found.without.set_index("family")
    assert abs(without.loc["large", "spearman"]) < 0.1 and (without["n"] == 16).all()
    assert without.loc["small", "spearman"] > 0.6
    assert found.spread == (without["spearman"].min(), without["spearman"].max())


def test_one_family_alone_cannot_be_left_out() -> None:
    found = relation(np.arange(6.0), np.arange(6.0), ["a"] * 5 + ["b"], seed=0)
    assert found.spread == pytest.approx((1, 1)) and found.without["spearman"].isna().tolist() == [True, False]
    assert relation(np.arange(6.0), np.arange(6.0), ["a"] * 6, seed=0).spread is None
    assert found.spearman.low is None  # draws of a perfect order are perfect, which says nothing


def test_where_nothing_predicts_anything_five_percent_of_tables_mark_something() -> None:
    rng, marked, tables = np.random.default_rng(0), 0, 150
    families = {f"s{i}": "a" for i in range(6)}
    for _ in range(tables):
        common = rng.normal(size=6)  # numbers go with one another, as those of geometry do
        numbers = columns(common + rng.normal(size=(6, 6)), "x")
        numbers = numbers[(numbers["axis"] != "x5") | (numbers["space"] != "s0")]  # not known everywhere
        scores = columns(rng.normal(size=6) + 0.5 * rng.normal(size=(2, 6)), "y")
        marked += predictions(numbers, scores, families, seed=1)["significant"].any()
    assert marked / tables <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / tables)
    assert marked > 0  # nor is it so strict that it never marks


def test_a_number_that_predicts_is_marked_among_many_that_do_not() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=20)
    numbers = np.vstack([truth + 0.2 * rng.normal(size=20), rng.normal(size=(30, 20))])
    found = predictions(
        columns(numbers, "x"), columns(truth[None], "y"), {f"s{i}": str(i % 4) for i in range(20)}, seed=0
    )
    assert found["axis"][0] == "x0" and found["significant"].tolist()[:2] == [True, False]
    assert len(found) == 31 and (found["p_corrected"] >= found["p"] - 1e-12).all()
    assert found["p_corrected"][0] >= 1 / (DRAWS + 1)
    assert found["lowest_without"][0] > 0.8


def test_the_correction_of_independent_numbers_is_about_that_of_sidak() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(12, 40)), rng.normal(size=(1, 40))
    found = predictions(columns(x, "x"), columns(y, "y"), {f"s{i}": "a" for i in range(40)}, seed=0)
    assert found["p_corrected"].to_numpy() == pytest.approx(1 - (1 - found["p"].to_numpy()) ** 12, abs=0.06)


def test_scores_of_different_spaces_are_dealt_apart_and_pay_for_it() -> None:
    rng = np.random.default_rng(1)
    x, y = columns(rng.normal(size=(1, 12)), "x"), columns(rng.normal(size=(2, 12)), "y")
    families = {f"s{i}": "a" for i in range(12)}
    fewer = y[(y["axis"] == "y0") | (y["space"] != "s3")]
    apart = predictions(x, fewer, families, seed=0).set_index("score")
    alone = predictions(x, y[y["axis"] == "y0"], families, seed=0).set_index("score")
    assert apart.loc["y1", "n"] == 11
    assert apart.loc["y0", "p_corrected"] == pytest.approx(min(1, 2 * alone.loc["y0", "p"]))
