"""Which space is best on a task, beyond doubt: paired tests, Holm's correction, error saved against a baseline."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.rows import number_rows
from analysis.run import open_study
from analysis.series.scores import error_reduction, score_table, wide
from analysis.series.significance import all_pairs, difference, holm
from analysis.task_asks import task_asks
from analysis.tasks.intervals import Scores

STUDY = """
k = 5
draws = 60
analyses = ["health"]
[dataset]
path = "t.csv"
numeric = ["a", "b"]
labels = ["kind"]
[[checkpoint]]
name = "good"
family = "vectors"
model = "good.npy"
[[checkpoint]]
name = "twin"
family = "vectors"
model = "twin.npy"
[[checkpoint]]
name = "noise"
family = "vectors"
model = "noise.npy"
[[task]]
name = "kinds"
label = "kind"
[[task]]
name = "halves"
label = "half"
methods = ["linear"]
"""


def by_definition(p: list[float]) -> list[float]:
    """Statsmodels' multipletests(method="holm") written out: largest (m - j) p_(j) over the smaller ones, at most 1."""
    m, order = len(p), sorted(range(len(p)), key=lambda i: p[i])
    return [min(1.0, max((m - j) * p[order[j]] for j in range(order.index(i) + 1))) for i in range(m)]


@pytest.mark.parametrize("seed", range(5))
def test_holms_correction_is_its_definition(seed: int) -> None:
    p = (np.random.default_rng(seed).random(9) ** 3).tolist()
    assert holm(p) == pytest.approx(by_definition(p))
    assert holm([0.02, np.nan, 0.01])[[0, 2]] == pytest.approx([0.02, 0.02]) and np.isnan(holm([0.02, np.nan])[1])


def test_holm_keeps_false_discoveries_among_nothing_below_five_percent() -> None:
    rng = np.random.default_rng(0)
    families = [(holm(rng.random(10).tolist()) < 0.05).any() for _ in range(2000)]
    assert np.mean(families) == pytest.approx(0.05, abs=0.015)


def test_a_paired_difference_is_surer_than_its_two_scores() -> None:
    rng = np.random.default_rng(0)
    shared = rng.normal(0, 0.05, size=(200, 1))
    one = Scores(np.array([0.80]), 0.80 + shared + rng.normal(0, 0.002, size=(200, 1)))
    two = Scores(np.array([0.77]), 0.77 + shared + rng.normal(0, 0.002, size=(200, 1)))
    apart = difference(one, two)
    assert apart is not None and apart.value == pytest.approx(0.03)
    assert 0.02 < apart.low < 0.03 < apart.high < 0.04 and apart.p < 1e-6
    same = difference(one, one)
    assert same is not None and same.p == 1.0
    assert difference(one, Scores(np.zeros(3), np.zeros((200, 3)))) is None
    assert list(all_pairs({"a": one, "b": two, "c": one})) == [("a", "b"), ("a", "c"), ("b", "c")]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder: Path = tmp_path_factory.mktemp("scores")
    rng = np.random.default_rng(0)
    kind = np.arange(150) % 3
    points = np.eye(3)[kind] * 2 + rng.normal(size=(150, 3)) * 0.7
    frame = pd.DataFrame({"a": points[:, 0], "b": points[:, 1], "kind": kind, "half": rng.integers(2, size=150)})
    frame.to_csv(folder / "t.csv", index=False)
    np.save(folder / "good.npy", points.astype(np.float32))
    np.save(folder / "twin.npy", (points + rng.normal(size=points.shape) * 0.02).astype(np.float32))
    np.save(folder / "noise.npy", rng.normal(size=(150, 3)).astype(np.float32))
    (folder / "study.toml").write_text(STUDY)
    pipeline = open_study(folder / "study.toml", cache=folder / "cache")
    pipeline.dataset()
    asks = task_asks(pipeline)
    for ask in asks:
        pipeline.make(ask)
    assert len(number_rows(pipeline, asks)) == 4 * 3 * 3
    return score_table(pipeline, asks)


def test_the_best_is_marked_only_where_nobody_is_tied_with_it(table: pd.DataFrame) -> None:
    group = table[(table["number"] == "accuracy") & (table["method"] == "linear")].set_index(["task", "space"])
    kinds = group.loc["kinds"]
    assert kinds["best"].sum() == 1 and not kinds["significant"].any()  # its twin is as good
    assert kinds.loc["noise", "p_holm"] < 0.001 and not kinds.loc["noise", "tied"]
    assert kinds.loc[["good", "twin"], "tied"].all()
    assert not group.loc["halves"]["significant"].any()  # nothing to find there
    assert (group["behind"] >= 0).all() and (table["p_holm"].dropna() >= table["p"].dropna()).all()


def test_errors_saved_are_relative_to_the_baseline(table: pd.DataFrame) -> None:
    reduced = error_reduction(table, "noise")
    chosen = reduced[(reduced["number"] == "accuracy") & (reduced["method"] == "linear") & (reduced["task"] == "kinds")]
    by = chosen.set_index("space")
    assert by.loc["noise", "reduction"] == 0
    expected = (by.loc["good", "value"] - by.loc["noise", "value"]) / (1 - by.loc["noise", "value"])
    assert by.loc["good", "reduction"] == pytest.approx(expected) and expected > 0.5
    assert error_reduction(table, "nobody")["reduction"].isna().all()


def test_the_table_is_spaces_by_tasks(table: pd.DataFrame) -> None:
    found = wide(table, "accuracy", "linear")
    assert list(found.index) == ["good", "twin", "noise"] and set(found.columns) == {"kinds", "halves"}
    assert found.loc["good", "kinds"] > 0.9 > 0.6 > found.loc["noise", "kinds"]
