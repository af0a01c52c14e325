"""Ways to pre-train over their seeds: means, paired gaps and errors saved, equal to what they are defined as."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.pipeline import Pipeline
from analysis.run import open_study
from analysis.series.across_seeds import Way, across_seeds, baseline_of, ways_of
from analysis.task_asks import task_asks

STUDY = """
k = 5
draws = 60
[dataset]
path = "t.csv"
labels = ["kind"]
[[task]]
name = "kinds"
label = "kind"
methods = ["knn", "linear"]
"""
PLAIN = Way("plain, λ = 0", "plain", 0.0, {0: "a0", 1: "a1", 2: "a2"})
LINKED = Way("linked, λ = 0.1", "linked", 0.1, {2: "b2", 1: "b1", 0: "b0"})
TWIN = Way("twin", "twin", 0.1, {0: "a0", 1: "a1", 2: "a2"})
FEWER = Way("fewer", "fewer", 0.5, {0: "b0", 1: "b1"})


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Six spaces of 150 samples: three that tell their kind dimly, three that tell it well."""
    folder: Path = tmp_path_factory.mktemp("ways")
    rng = np.random.default_rng(0)
    kind = np.repeat([0, 1, 2], 50)
    pd.DataFrame({"kind": np.array(list("xyz"))[kind]}).to_csv(folder / "t.csv", index=False)
    said = STUDY
    for name, signal in (("a", 1.0), ("b", 2.5)):
        for seed in range(3):
            vectors = np.eye(3)[kind] * signal + rng.normal(size=(150, 3))
            np.save(folder / f"{name}{seed}.npy", vectors.astype(np.float32))
            said += f'[[checkpoint]]\nname = "{name}{seed}"\nfamily = "vectors"\nmodel = "{name}{seed}.npy"\n'
    (folder / "study.toml").write_text(said, encoding="utf-8")
    found = open_study(folder / "study.toml", cache=folder / "cache")
    found.dataset()
    for ask in task_asks(found):
        found.make(ask)
    return found


def accuracy(pipeline: Pipeline, space: str, method: str) -> float:
    (ask,) = [ask for ask in task_asks(pipeline) if (ask.subject, ask.name) == (space, method)]
    return float(pipeline.find(ask).numbers["accuracy"].value)


@pytest.mark.parametrize("method", ["knn", "linear"])
def test_means_gaps_and_errors_saved_are_those_of_the_trainings(pipeline: Pipeline, method: str) -> None:
    table = across_seeds(pipeline, PLAIN.name, [PLAIN, LINKED])
    rows = table[table["method"] == method].set_index("way")
    plain = np.mean([accuracy(pipeline, f"a{seed}", method) for seed in range(3)])
    linked = np.mean([accuracy(pipeline, f"b{seed}", method) for seed in range(3)])
    assert rows["value"].to_dict() == pytest.approx({PLAIN.name: plain, LINKED.name: linked})
    row = rows.loc[LINKED.name]
    assert row["gap"] == pytest.approx(linked - plain) and row["against"] == PLAIN.name and row["trainings"] == 3
    assert row["reduction"] == pytest.approx((linked - plain) / (1 - plain))
    assert (
        row["gap_low"] > 0 and row["p"] < 0.05 and row["reduction_low"] == pytest.approx(row["gap_low"] / (1 - plain))
    )
    assert row["low"] < linked < row["high"] and row["p_holm"] == row["p"]  # one test a task and method
    assert np.isnan(rows.loc[PLAIN.name, "p"]) and pd.isna(rows.loc[PLAIN.name, "against"])


def test_the_interval_of_a_mean_is_wider_than_trainings_alone_would_make_it(pipeline: Pipeline) -> None:
    row = across_seeds(pipeline, PLAIN.name, [PLAIN]).set_index("method").loc["knn"]
    each = [accuracy(pipeline, f"a{seed}", "knn") for seed in range(3)]
    assert row["high"] - row["low"] > 2 * 1.96 * np.std(each, ddof=1) / np.sqrt(3)


def test_the_same_trainings_are_no_gap_and_several_tests_are_corrected_together(pipeline: Pipeline) -> None:
    table = across_seeds(pipeline, PLAIN.name, [PLAIN, TWIN, LINKED])
    rows = table[table["method"] == "knn"].set_index("way")
    assert rows.loc["twin", "gap"] == 0 and rows.loc["twin", "p_holm"] == 1
    assert rows.loc[LINKED.name, "p_holm"] == pytest.approx(2 * rows.loc[LINKED.name, "p"])


def test_other_seeds_are_not_compared(pipeline: Pipeline) -> None:
    table = across_seeds(pipeline, PLAIN.name, [PLAIN, FEWER])
    assert table.loc[table["way"] == "fewer", "gap"].isna().all()


def test_a_way_whose_training_is_not_scored_is_left_out(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    find = Pipeline.find
    monkeypatch.setattr(Pipeline, "find", lambda self, ask: None if ask.subject == "b1" else find(self, ask))
    table = across_seeds(pipeline, LINKED.name, [PLAIN, LINKED])
    assert set(table["way"]) == {PLAIN.name} and table["gap"].isna().all()


def test_only_what_the_study_pre_trains_several_times_is_a_way(pipeline: Pipeline) -> None:
    assert ways_of(pipeline) == [] and baseline_of([]) == ""
    assert baseline_of([LINKED, PLAIN]) == PLAIN.name and baseline_of([LINKED, FEWER]) == LINKED.name
