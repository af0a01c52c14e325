"""Which metric belongs to which checkpoint, what the preview says of it, and what a run of the study leaves."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.ask import Ask
from analysis.metrics import Imported, mapped
from analysis.readings import Reading, readings_of
from analysis.registry import metric_sources
from analysis.run import open_study
from analysis.snapshots import preview_of
from analysis.study import CheckpointSpec, DatasetSpec, MetricsSpec, Study
from models.errors import BadInput
from models.place import Place
from tests.unit.test_command_line import STUDY, write_world

SERIES = tuple(CheckpointSpec(name=f"t(step={n})", model=f"m/{n}", series="t", at=float(n)) for n in (100, 200))
STUDY_OF = Study(
    dataset=DatasetSpec(source="digits"),
    checkpoint=(
        CheckpointSpec(name="MiniLM", model="org/minilm"),
        CheckpointSpec(name="MiniLM (random)", model="org/minilm", init="random"),
        *SERIES,
    ),
)


def map_of(*readings: Reading, checkpoints: dict[str, str] | None = None, study: Study = STUDY_OF) -> Imported:
    spec = MetricsSpec(source="csv", path="r.csv", checkpoints=checkpoints or {})
    return mapped(readings_of(readings, "csv 'r.csv'"), spec, study)


def test_a_named_run_belongs_to_its_checkpoint_and_its_last_step_counts() -> None:
    found = map_of(
        Reading("run-1", "f1", 0.5, 10),
        Reading("run-1", "f1", 0.4, 20),
        Reading("run-1", "mcc", 0.3, 20, task="cola"),
        Reading("run-1", "lr", 0.1, 20),
        checkpoints={"run-1": "MiniLM"},
    )
    assert set(found.frame["checkpoint"]) == {"MiniLM"} and set(found.frame["how"]) == {"named in `checkpoints`"}
    assert {place: number.value for place, number in found.numbers.items()} == {
        ("MiniLM", "|read(csv:run-1)", "f1"): 0.4,
        ("MiniLM", "cola|read(csv:run-1)", "mcc"): 0.3,
    }


def test_without_a_name_a_run_is_mapped_by_its_own_name_or_its_model_or_not_at_all() -> None:
    found = map_of(Reading("MiniLM", "f1", 1), Reading("org/minilm", "f1", 2), Reading("minilm", "f1", 3))
    mapping = found.frame.set_index("run")[["checkpoint", "how"]].to_numpy().tolist()
    assert mapping == [
        ["MiniLM", "the run has the checkpoint's name"],
        ["", 'no checkpoint or series is called so; write checkpoints = { "minilm" = "…" } in [[metrics]].'],
        ["MiniLM", "the run has the name of the checkpoint's model"],
    ]
    assert found.unmapped.keys() == {"minilm"} and "run 'minilm' belongs to no checkpoint" in found.notes[0]


def test_a_series_is_mapped_by_the_very_step_and_never_by_the_nearest() -> None:
    steps = (100, 150, 200, math.nan)
    found = map_of(*(Reading("x", "f1", i, step) for i, step in enumerate(steps)), checkpoints={"x": "t"})
    assert found.frame["checkpoint"].tolist() == ["t(step=100)", "", "t(step=200)", ""]
    assert found.frame["how"][1] == "no checkpoint at this step; there are some at 100, 200"
    assert "the value has no step" in found.frame["how"][3]
    assert [number.value for number in found.numbers.values()] == [0, 2]
    by_name = map_of(Reading("t", "f1", 0.5, 100))
    assert by_name.frame["how"][0] == "the run has the name of the series, at step 100"


def test_two_checkpoints_at_one_step_are_not_chosen_between() -> None:
    study = Study(dataset=STUDY_OF.dataset, checkpoint=(*SERIES, CheckpointSpec(name="twin", series="t", at=100)))
    found = map_of(Reading("t", "f1", 0.5, 100), study=study)
    assert found.frame["how"][0] == "several checkpoints are at step 100: t(step=100), twin"


def test_the_preview_has_a_row_for_every_run_metric_and_destiny() -> None:
    found = map_of(*(Reading("t", "f1", value, step) for value, step in ((0.5, 100), (math.nan, 150), (0.6, 160))))
    preview = found.preview[["run", "metric", "checkpoint", "values", "missing", "first_step", "last_step"]]
    assert preview.to_numpy().tolist() == [
        ["t", "f1", "t(step=100)", 1, 0, 100, 100],
        ["t", "f1", "", 2, 1, 150, 160],
    ]


@pytest.mark.parametrize(
    ("checkpoints", "sentence"),
    [
        ({"a": "MiniLm"}, "gives run 'a' to 'MiniLm', which is no checkpoint or series; did you mean 'MiniLM'"),
        ({"ab": "MiniLM"}, "names the run 'ab', which csv 'r.csv' does not hold; did you mean 'abc'"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_its_nearest(checkpoints: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        map_of(Reading("abc", "f1", 0.5), checkpoints=checkpoints)


# A whole study

SECTION = """
[[metrics]]
source = "csv"
path = "runs.csv"
task = "kind"
checkpoints = { "run-1" = "columns" }
"""
RUNS = "run,step,f1,mcc\nrun-1,10,0.5,\nrun-1,20,0.625,nan\nother,20,0.1,0.2\n"


def run(folder: Path, section: str = SECTION, runs: str = RUNS) -> int:
    study = write_world(folder, STUDY + section)
    study.write_text(study.read_text().replace("k = 5", 'k = 5\nanalyses = ["health"]'))
    (folder / "runs.csv").write_text(runs)
    return main(["run", str(study), "--out", str(folder / "out"), "--cache", str(folder / "cache")])


def test_a_run_writes_read_numbers_beside_its_own_recognisable_as_read(tmp_path: Path) -> None:
    assert run(tmp_path) == 0
    with (tmp_path / "out/numbers.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "task"]
    assert [(row["subject"], row["other"], row["number"], row["value"]) for row in rows] == [
        ("columns", "kind|read(csv:run-1)", "f1", "0.625"),
        ("columns", "kind|read(csv:run-1)", "mcc", ""),
    ]
    assert {row[name] for row in rows for name in ("low", "high", "null_mean", "n", "seconds")} == {""}
    table = pd.read_parquet(tmp_path / "out/tables/metrics.parquet")
    assert table["checkpoint"].tolist() == ["", "", "columns", "columns", "columns"] and set(table["source"]) == {"csv"}
    whole = json.loads((tmp_path / "out/manifest.json").read_text())
    assert whole["not_used_yet"] == [] and "metrics of csv runs.csv" in whole["keys"]
    assert any("run 'other' belongs to no checkpoint" in note for note in whole["notes"])
    gaps = [gap for gap in whole["without_an_answer"] if gap["ask"] == "metrics of csv runs.csv"]
    assert gaps[0]["why"] == "NaN where it was logged at step 20 (row 2 of runs.csv)."


def test_what_was_read_is_kept_and_read_anew_when_the_file_changes(tmp_path: Path) -> None:
    assert run(tmp_path) == 0
    ask = Ask("metrics", "csv", other="runs.csv")
    kept = open_study(tmp_path / "study.toml", cache=tmp_path / "cache").find(ask)
    assert isinstance(kept, Imported) and kept.numbers["columns", "kind|read(csv:run-1)", "f1"].value == 0.625
    (tmp_path / "runs.csv").write_text(RUNS.replace("0.625", "0.75"))
    changed = open_study(tmp_path / "study.toml", cache=tmp_path / "cache")
    assert changed.find(ask) is None
    assert changed.make(ask).numbers["columns", "kind|read(csv:run-1)", "f1"].value == 0.75


def test_a_wrong_name_that_only_fetching_tells_costs_its_section_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(metric_sources())
    known["csv"] = replace(known["csv"], fetched=True)
    for module in ("run", "snapshots"):
        monkeypatch.setattr(f"analysis.{module}.metric_sources", lambda: known)
    assert run(tmp_path, SECTION.replace('"run-1" =', '"run-2" =')) == 1
    assert "names the run 'run-2'" in capsys.readouterr().err
    numbers = pd.read_csv(tmp_path / "out/numbers.csv")
    assert "duplicates" in set(numbers["number"]) and "task" not in set(numbers["analysis"])
    assert run(tmp_path) == 0 and "f1" in set(pd.read_csv(tmp_path / "out/numbers.csv")["number"])
    notes = json.loads((tmp_path / "out/manifest.json").read_text())["notes"]
    assert any("fetched on 20" in note for note in notes)


def test_a_section_is_previewed_before_the_study_holds_it(tmp_path: Path) -> None:
    write_world(tmp_path, STUDY)
    (tmp_path / "runs.csv").write_text(RUNS)
    pipeline = open_study(tmp_path / "study.toml", cache=tmp_path / "cache")
    section = MetricsSpec(source="csv", path="runs.csv", checkpoints={"run-1": "columns"})
    found = preview_of(section, pipeline.study, pipeline.place)
    assert found.unmapped.keys() == {"other"} and found.preview["values"].sum() == 5
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("source", list(metric_sources()))
def test_every_source_refuses_what_is_not_there_and_what_it_may_not_read(tmp_path: Path, source: Any) -> None:
    if source == "mlflow":
        pytest.importorskip("mlflow", reason="no MLflow client")
    (tmp_path / "open").mkdir()
    (tmp_path / "secret").mkdir()
    confined = Place(tmp_path / "open", (tmp_path / "open",))
    for path, sentence in (("nothing", "does not exist"), ("../secret", "outside the folders"), ("", "is empty")):
        with pytest.raises(BadInput, match=sentence):
            metric_sources()[source].fingerprint(MetricsSpec(source=source, path=path), confined)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"columns" }', '"colums" }', "did you mean 'columns'"),
        ('"run-1" =', '"run-2" =', "did you mean 'run-1'"),
        ('"runs.csv"', '"rums.csv"', "'rums.csv' does not exist"),
        ('"csv"', '"cvs"', "did you mean 'csv'"),
        ('path = "runs.csv"\n', "", "path of [[metrics]] is empty; give the path"),
        ('task = "kind"', 'tusk = "kind"', "did you mean 'task'"),
        ("[[metrics]]", '[[metrics]]\nsource = "csv"\npath = "runs.csv"\n[[metrics]]', "two [[metrics]] read csv"),
    ],
)
def test_a_wrong_section_ends_with_2_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, sentence: str
) -> None:
    assert run(tmp_path, SECTION.replace(old, new)) == 2
    assert sentence in capsys.readouterr().err and not (tmp_path / "out/numbers.csv").exists()
