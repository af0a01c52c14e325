"""Metrics from tables, from Weights & Biases and from MTEB."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.readings import MOST_VALUES, Readings
from analysis.registry import metric_sources
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place


def read(folder: Path, source: Any, path: str, **more: str) -> Readings:
    return metric_sources()[source].read(MetricsSpec(source=source, path=path, **more), Place(folder))


def rows(found: Readings, *columns: str) -> list[list[Any]]:
    return found.frame[list(columns or ("run", "metric", "step", "value"))].to_numpy().tolist()


# Tables


def test_a_wide_table_gives_every_column_of_numbers_and_says_what_it_took(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("Model,Step,f1,acc,comment\nA,10,0.5,0.6,fine\nA,20,0.55,,\nB,10,nan,0.7,bad\n")
    found = read(tmp_path, "csv", "r.csv")
    assert rows(found)[:3] == [["A", "acc", 10, 0.6], ["A", "f1", 10, 0.5], ["A", "f1", 20, 0.55]]
    assert rows(found, "run", "metric", "why")[3:] == [["B", "acc", ""], ["B", "f1", "NaN where it was logged"]]
    assert found.notes == ("csv 'r.csv': run = 'Model'; step = 'Step'; metrics = 'f1', 'acc'; left out: 'comment'.",)
    assert found.frame["where"][0] == "row 1 of r.csv" and found.frame["when"].isna().all()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_a_long_table_is_the_same_in_every_form(tmp_path: Path, ending: str) -> None:
    table = [
        {"run": "a", "task": "sst2", "step": 5, "metric": "mcc", "value": 0.25},
        {"run": "a", "task": "sst2", "step": 6, "metric": "mcc", "value": "n/a"},
        {"run": "a", "task": "cola", "step": None, "metric": "mcc", "value": 0.75},
    ]
    text = {
        "csv": "run,task,step,metric,value\na,sst2,5,mcc,0.25\na,sst2,6,mcc,n/a\na,cola,,mcc,0.75\n",
        "jsonl": "\n".join(json.dumps(row) for row in table),
        "json": json.dumps(table),
    }[ending]
    (tmp_path / f"r.{ending}").write_text(text)
    found = read(tmp_path, "csv", f"r.{ending}").frame
    assert found["task"].tolist() == ["cola", "sst2", "sst2"] and np.isnan(found["step"][0])
    assert found["value"].tolist()[:2] == [0.75, 0.25] and found["why"][2] == "'n/a' is no number"


def test_columns_may_be_named_and_a_wrong_name_finds_its_nearest(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("who,iter,score_name,points\nx,1,f1,0.5\n")
    found = read(tmp_path, "csv", "r.csv", run="who", step="iter", metric="score_name", value="points")
    assert rows(found) == [["x", "f1", 1, 0.5]]
    with pytest.raises(BadInput, match=r"no column 'itr' for `step` of .*did you mean 'iter'"):
        read(tmp_path, "csv", "r.csv", step="itr")
    with pytest.raises(BadInput, match="name both"):
        MetricsSpec(source="csv", path="r.csv", metric="m")
    with pytest.raises(BadInput, match="for source = 'csv' alone"):
        MetricsSpec(source="mteb", path="r", step="s")


def test_without_a_run_column_the_file_is_the_run(tmp_path: Path) -> None:
    (tmp_path / "minilm.csv").write_text("step,f1\n1,0.5\n2,0.6\n")
    found = read(tmp_path, "csv", "minilm.csv")
    assert (
        rows(found) == [["minilm", "f1", 1, 0.5], ["minilm", "f1", 2, 0.6]]
        and "run = the file's name" in found.notes[0]
    )


def test_of_rows_at_the_same_place_the_last_is_kept_and_those_that_differ_are_counted(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("run,f1\na,0.5\na,0.6\nb,0.1\nb,0.1\n")
    found = read(tmp_path, "csv", "r.csv")
    assert found.frame["value"].tolist() == [0.6, 0.1] and "1 value of csv 'r.csv' was logged again" in found.notes[1]


def test_a_table_without_numbers_a_folder_and_too_many_values_are_refused(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("run,comment\na,good\nb,bad\n")
    with pytest.raises(BadInput, match=r"holds no metric .*left out: 'comment'"):
        read(tmp_path, "csv", "r.csv")
    with pytest.raises(BadInput, match="is a folder; name one table in it"):
        read(tmp_path, "csv", ".")
    (tmp_path / "many.csv").write_text("f1\n" + "1\n" * (MOST_VALUES + 1))
    with pytest.raises(BadInput, match="at most 1,000,000 values are taken"):
        read(tmp_path, "csv", "many.csv")


# Weights & Biases


def test_a_history_a_panel_and_a_table_of_runs_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("_step,_timestamp,_runtime,eval/f1\n0,1700000000.5,1,\n5,1700000009,9,0.5\n")
    found = read(tmp_path, "wandb", "h.csv")
    assert rows(found) == [["h", "eval/f1", 5, 0.5]] and str(found.frame["when"][0]) == "2023-11-14 22:13:29+00:00"
    (tmp_path / "p.csv").write_text(
        '"Step","a - b - f1","a - b - f1__MIN","a - b - f1__MAX","c - f1"\n1,0.5,0.4,0.6,\n2,,,,0.7\n'
    )
    assert rows(read(tmp_path, "wandb", "p.csv")) == [["a - b", "f1", 1, 0.5], ["c", "f1", 2, 0.7]]
    (tmp_path / "t.csv").write_text('"Name","State","f1"\n"a","finished","0.5"\n"b","crashed",""\n')
    assert rows(read(tmp_path, "wandb", "t.csv"), "run", "metric", "value") == [["a", "f1", 0.5]]
    (tmp_path / "h.jsonl").write_text('{"_step": 1, "f1": 0.5}\n{"_step": 2, "f1": 0.25}\n')
    assert rows(read(tmp_path, "wandb", "h.jsonl")) == [["h", "f1", 1, 0.5], ["h", "f1", 2, 0.25]]


def test_a_run_folder_without_a_log_gives_its_summary(tmp_path: Path) -> None:
    folder = tmp_path / "wandb/run-20260101_120000-ab12cd/files"
    folder.mkdir(parents=True)
    summary = {"_step": 9, "_timestamp": 1.7e9, "f1": 0.5, "mcc": "NaN", "eval": {"acc": 0.75}, "name": "x", "on": True}
    summary["hist"] = {"_type": "histogram", "values": [1]}
    (folder / "wandb-summary.json").write_text(json.dumps(summary))
    found = read(tmp_path, "wandb", "wandb")
    assert rows(found)[:2] == [["ab12cd", "eval.acc", 9, 0.75], ["ab12cd", "f1", 9, 0.5]]
    assert rows(found, "metric", "why")[2:] == [["mcc", "NaN where it was logged"]]
    (folder / "wandb-summary.json").write_text('{"f1": 0.')
    with pytest.raises(BadInput, match=r"holds no metric .*is cut off or no JSON"):
        read(tmp_path, "wandb", "wandb")


# MTEB


def mteb_folder(root: Path) -> None:
    folder = root / "results/org__model/abc123"
    folder.mkdir(parents=True)
    (folder / "model_meta.json").write_text(json.dumps({"name": "org/model", "revision": "abc123"}))
    score = {"accuracy": 0.8, "main_score": 0.8, "scores_per_experiment": [{"accuracy": 0.8}]}
    (folder / "Banking77Classification.json").write_text(
        json.dumps(
            {
                "task_name": "Banking77Classification",
                "evaluation_time": 12.5,
                "scores": {"test": [score | {"hf_subset": "default"}, score | {"hf_subset": "de", "main_score": 0.7}]},
            }
        )
    )
    (root / "results/org__old").mkdir()
    (root / "results/org__old/STS12.json").write_text(
        json.dumps(
            {
                "mteb_dataset_name": "STS12",
                "mteb_version": "1.1",
                "test": {"cos_sim": {"spearman": 0.6}, "evaluation_time": 3.0},
            }
        )
    )
    (root / "results/org__old/broken.json").write_text('{"task_name": "x"')


def test_results_of_mteb_old_and_new_give_model_task_and_score(tmp_path: Path) -> None:
    mteb_folder(tmp_path)
    found = read(tmp_path, "mteb", "results")
    assert rows(found, "run", "task", "metric", "value") == [
        ["org/model", "Banking77Classification", "test_accuracy", 0.8],
        ["org/model", "Banking77Classification", "test_de_accuracy", 0.8],
        ["org/model", "Banking77Classification", "test_de_main_score", 0.7],
        ["org/model", "Banking77Classification", "test_main_score", 0.8],
        ["org/old", "STS12", "test_cos_sim_spearman", 0.6],
    ]
    (alone,) = read(tmp_path, "mteb", "results/org__old/STS12.json").frame["run"]
    assert alone == "org/old"
    assert found.frame["step"].isna().all() and "broken.json' is cut off" in found.notes[0]
