"""Estimators in a whole study: when they run, what the report holds, which space is told to be the best."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from analysis.__main__ import main
from analysis.ask import Ask
from analysis.registry import estimators
from analysis.run import open_study
from analysis.series.ranking import best_for, candidates, rankings, sizes_of
from analysis.transfer_asks import transfers_of
from tests.unit.test_command_line import STUDY, write_world

TWO = STUDY + '\n[[checkpoint]]\nname = "noise"\nfamily = "vectors"\nmodel = "noise.npy"\n'


def world(folder: Path, study: str = TWO) -> Path:
    """Sixty samples in columns that tell their kinds, and vectors that know nothing."""
    written = write_world(folder, study)
    np.save(folder / "noise.npy", np.random.default_rng(1).normal(size=(60, 5)).astype(np.float32))
    return written


def run(study: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    folder = study.parent
    assert main(["run", str(study), "--out", str(folder / "out"), "--cache", str(folder / "cache")]) == 0
    with (folder / "out" / "numbers.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "transferability"]
    return {(row["subject"], row["other"], row["number"]): row for row in rows}


def test_a_run_estimates_every_space_and_says_which_is_probably_best(tmp_path: Path) -> None:
    found = run(world(tmp_path))
    for name, one in estimators().items():
        good, poor = found["columns", "kind", name], found["noise", "kind", name]
        assert float(good["value"]) > float(poor["value"]) and float(good["low"]) > float(good["null_high"])
        assert float(poor["null_low"]) < float(poor["null_mean"]) < float(poor["null_high"])
        assert good["n"] == "60" and good["version"] == str(one.version) and float(good["seconds"]) > 0
        assert float(found["columns", f"kind|{name}", "probability_best"]["value"]) == 1
    shares = [float(found[space, "kind", "probability_best"]["value"]) for space in ("columns", "noise")]
    assert shares == [1, 0]


def test_a_task_of_the_label_column_gives_its_name(tmp_path: Path) -> None:
    found = run(world(tmp_path, TWO + '[[task]]\nname = "topic"\nlabel = "kind"\n'))
    assert {other for _, other, number in found if number == "h_score"} == {"topic"}
    assert ("noise", "topic", "probability_best") in found


def test_the_analyses_of_a_study_pick_estimators(tmp_path: Path) -> None:
    found = run(world(tmp_path, 'analyses = ["spectrum", "log*"]\n' + TWO))
    assert {number for _, _, number in found} == {"logme", "probability_best"}


@pytest.mark.parametrize("chosen", ['["transferability"]', '["h_score", "gbc"]'])
def test_one_checkpoint_leaves_nothing_to_choose(tmp_path: Path, chosen: str) -> None:
    assert run(write_world(tmp_path, f"analyses = {chosen}\n" + STUDY)) == {}
    two = open_study(world(tmp_path, f"analyses = {chosen}\n" + TWO), cache=tmp_path / "cache")
    assert [ask.subject for ask in transfers_of(two)] == ["columns", "noise"]


def test_numbers_as_labels_are_for_logme_and_the_others_say_so(tmp_path: Path) -> None:
    found = run(world(tmp_path, 'analyses = ["logme", "h_score"]\n' + TWO.replace('["kind"]', '["b"]')))
    assert found["columns", "b", "h_score"]["value"] == ""
    assert float(found["columns", "b", "logme"]["value"]) > float(found["noise", "b", "logme"]["value"])
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert any("H-score reads classes" in one["why"] for one in manifest["without_an_answer"])
    assert float(found["columns", "b", "probability_best"]["value"]) == 1  # by LogME, which reads them


def test_one_estimator_may_be_asked_for_alone(tmp_path: Path) -> None:
    pipeline = open_study(world(tmp_path), cache=tmp_path / "cache")
    alone = Ask("transferability", "gbc", "columns", "kind")
    made = pipeline.make(alone)
    assert list(made.numbers) == ["gbc"] and str(alone) == "gbc of columns by kind"
    assert str(Ask("transferability", "", "columns", "kind")) == "transferability of columns by kind"
    asks = [alone, Ask("transferability", "gbc", "noise", "kind")]
    assert rankings(pipeline, asks) == []  # one space is no ranking
    pipeline.make(asks[1])
    found = rankings(pipeline, asks)
    assert [one.words for one in best_for(found)] == ["columns, 1.00"]
    table = candidates(found)
    assert list(table["checkpoint"]) == ["columns", "noise"] and set(table["candidate"]) == {"gbc"}
    assert table["value"][0] == made.numbers["gbc"].value and set(table["task"]) == {"kind"}
    assert sizes_of(pipeline) == {"columns": 0, "noise": None}


def test_labels_are_part_of_the_key_and_the_number_of_neighbours_is_not(tmp_path: Path) -> None:
    keys = []
    for change in (TWO, TWO.replace("k = 5", "k = 7"), TWO.replace("draws = 20", "draws = 30")):
        pipeline = open_study(world(tmp_path, change), cache=tmp_path / "cache")
        pipeline.dataset()
        recipe = pipeline.recipe(Ask("transferability", "", "columns", "kind"))
        assert recipe is not None and set(recipe.inputs) == {"space", "labels"}
        keys.append(recipe.key)
    assert keys[0] == keys[1] != keys[2]
