"""Which checkpoint is best, how probable that is, and whether estimators were right before."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis.registry import estimators
from analysis.series.ranking import Ranking, probability_best, ranking_of
from analysis.series.record import ELSEWHERE, SIZE, Record, elsewhere, record
from analysis.space import EmbeddingSpace
from analysis.transfer import estimate
from tests.worlds import categories


def ranking() -> Ranking:
    """Two layers of "good" that know the class well, "poor" that hardly does, and "flat", whose vectors are equal."""
    rng = np.random.default_rng(0)
    codes = rng.integers(3, size=240)
    labels = categories(*(f"c{code}" for code in codes))
    ids = [str(row) for row in range(240)]
    made = {
        name: apart * np.eye(3, 6)[codes] + rng.normal(size=(240, 6))
        for name, apart in (("poor", 0.3), ("good@0", 1.5), ("good@1", 1.7), ("flat", 0.0))
    }
    made["flat"][:] = 1
    h_score = [estimators()["h_score"]]
    results = {
        name: estimate(EmbeddingSpace(name, name, rows.astype(np.float32), ids), labels, h_score, draws=100, seed=0)
        for name, rows in made.items()
    }
    return ranking_of("kind", "h_score", results, {name: name.partition("@")[0] for name in made})


def test_checkpoints_are_ranked_by_their_best_layer_with_interval_and_probability() -> None:
    found = ranking()
    assert list(found.spaces["space"])[2] == "poor" and found.without == ("flat",)
    assert list(found.checkpoints["checkpoint"]) == ["good", "poor"]
    assert found.checkpoints["space"][0] == found.spaces["space"][0]
    assert found.checkpoints["probability_best"].tolist() == pytest.approx([1, 0])
    assert (found.spaces["low"] < found.spaces["value"]).all() and (found.spaces["n"] == 240).all()
    assert found.words == "good, 1.00"
    assert sum(number.value or 0 for number in found.numbers().values()) == pytest.approx(1)


def test_probability_best_is_that_of_normal_draws() -> None:
    rng = np.random.default_rng(0)
    draws = np.array([[0.5], [0.0]]) + rng.normal(size=(2, 200_000))
    assert probability_best(draws) == pytest.approx([norm.cdf(0.5 / 2**0.5), norm.cdf(-0.5 / 2**0.5)], abs=0.005)


def test_draws_in_common_make_a_small_lead_sure() -> None:
    common = np.random.default_rng(0).normal(size=500)
    assert probability_best(np.array([common + 0.01, common])).tolist() == [1, 0]


def test_draws_without_an_answer_are_left_out_and_no_draws_say_nothing() -> None:
    assert probability_best(np.array([[1, np.nan, 0], [0, 1, 1]])).tolist() == [0.5, 0.5]
    assert np.isnan(probability_best(np.empty((2, 0)))).all()


SCORES = pd.DataFrame(
    [(c, t, s) for t, column in {"x": [1, 2, 3, 4, 5], "y": [2, 1, 3, 5, 4], "z": [1, 3, 2, 4, 5]}.items()
     for c, s in zip("abcde", column, strict=True)],
    columns=["checkpoint", "task", "score"],
)  # fmt: skip
SIZES = {"a": 50, "b": 40, "c": 30, "d": 20, "e": None}


def estimates(values: dict[str, list[float]]) -> pd.DataFrame:
    rows = [("ours", c, t, v) for t, column in values.items() for c, v in zip("abcde", column, strict=True)]
    return pd.DataFrame(rows, columns=["candidate", "checkpoint", "task", "value"])


def weighted_tau(x: list[float], y: list[float]) -> float:
    """Vigna 2015, written out: pairs weigh by 1/(1 + rank), mean over ranking by either side."""

    def by(order: list[float]) -> float:
        rank = {i: r for r, i in enumerate(sorted(range(len(x)), key=lambda i: -order[i]))}
        pairs = [(i, j) for i in range(len(x)) for j in range(i)]
        weight = [1 / (1 + rank[i]) + 1 / (1 + rank[j]) for i, j in pairs]
        signs = [np.sign(x[i] - x[j]) * np.sign(y[i] - y[j]) for i, j in pairs]
        return float(np.dot(weight, signs) / np.sum(weight))

    return (by(x) + by(y)) / 2


def one(found: Record, candidate: str, task: str) -> pd.Series:
    rows = found.tasks[(found.tasks["candidate"] == candidate) & (found.tasks["task"] == task)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_a_record_holds_weighted_tau_regret_and_the_correlation_of_gaps() -> None:
    guess = [1.0, 5.0, 3.0, 4.0, 2.0]
    found = record(estimates({"x": guess, "y": [2, 1, 3, 5, 4], "z": [0, 0, 0, 0, 0]}), SCORES, SIZES)
    x, y, z = (one(found, "ours", task) for task in "xyz")
    assert x["weighted_tau"] == pytest.approx(weighted_tau(guess, [1, 2, 3, 4, 5]))
    assert x["regret"] == 3 and x["checkpoints"] == 5
    assert x["gap_correlation"] == pytest.approx(np.corrcoef(guess, [1, 2, 3, 4, 5])[0, 1])
    assert (y["weighted_tau"], y["regret"]) == (pytest.approx(1), 0)
    assert np.isnan(z["weighted_tau"]) and z["regret"] == pytest.approx(2)  # all tied: what a blind choice costs
    assert found.caution == ""


def test_static_rankers_stand_beside_and_say_who_beats_them() -> None:
    found = record(estimates({"x": [1, 2, 3, 4, 5], "y": [2, 1, 3, 5, 4], "z": [1, 3, 2, 4, 5]}), SCORES, SIZES)
    size = one(found, SIZE, "x")
    assert size["weighted_tau"] == pytest.approx(-1) and size["regret"] == 3 and size["checkpoints"] == 4
    ranks = elsewhere(SCORES).query("task == 'x'")["value"]
    assert ranks.tolist() == pytest.approx([0.125, 0.25, 0.375, 0.875, 0.875])  # of y and z, between 0 and 1
    assert one(found, ELSEWHERE, "x")["regret"] == pytest.approx(0.5)  # d and e share the lead there
    summary = found.summary.set_index("candidate")
    assert summary.loc["ours", "weighted_tau"] == pytest.approx(1) and summary.loc["ours", "tasks"] == 3
    assert summary.loc["ours", "beats_size"] and summary.loc["ours", "beats_elsewhere"]
    assert summary.loc[SIZE, "beats_elsewhere"] == False  # noqa: E712
    assert pd.isna(summary.loc[SIZE, "beats_size"])


def test_the_mean_rank_elsewhere_never_sees_its_own_task() -> None:
    changed = SCORES.assign(score=SCORES["score"].where(SCORES["task"] != "x", -SCORES["score"]))
    first, second = (record(estimates({}), scores, SIZES) for scores in (SCORES, changed))
    before, after = (one(found, ELSEWHERE, "x")["weighted_tau"] for found in (first, second))
    assert after == pytest.approx(-before, abs=0.3) and after < 0 < before


def test_with_little_to_go_by_a_record_says_so() -> None:
    few = SCORES[SCORES["checkpoint"].isin(["a", "b", "c", "d"])]
    assert record(estimates({}), few, SIZES).caution.startswith("With 4 checkpoints and 3 tasks")
    once = SCORES[SCORES["task"] == "x"]
    assert "5 checkpoints and 1 task with scores a record means nothing yet" in record(estimates({}), once, {}).caution
