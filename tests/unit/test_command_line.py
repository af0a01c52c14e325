"""The command line: exit codes, sentences, and the files a run leaves."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
STUDY = """
k = 5
draws = 20
[dataset]
path = "t.csv"
id = "id"
numeric = ["a", "b", "c"]
labels = ["kind"]
[[checkpoint]]
name = "columns"
family = "numeric"
"""


def write_world(folder: Path, study: str = STUDY, n: int = 60) -> Path:
    """Three well separated groups in three numeric columns."""
    rng = np.random.default_rng(0)
    kind = np.arange(n) % 3
    points = rng.normal(size=(n, 3)) * 0.3 + 4 * np.eye(3)[kind]
    frame = pd.DataFrame(points, columns=["a", "b", "c"])
    frame.insert(0, "id", [f"s{i:03d}" for i in range(n)])
    frame["kind"] = np.array(["x", "y", "z"])[kind]
    frame.to_csv(folder / "t.csv", index=False)
    (folder / "study.toml").write_text(study)
    return folder / "study.toml"


def run(study: Path, *more: str) -> int:
    return main(["run", str(study), "--out", str(study.parent / "out"), "--cache", str(study.parent / "cache"), *more])


def numbers(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (folder / "out" / "numbers.csv").open() as file:
        return {(row["subject"], row["number"]): row for row in csv.DictReader(file)}


def test_a_run_leaves_numbers_spaces_manifest_tables_figures_and_vectors(tmp_path, capsys):
    assert run(write_world(tmp_path), "--vectors") == 0
    found = numbers(tmp_path)
    accuracy = found["columns", "knn_accuracy@5"]
    assert float(accuracy["value"]) == 1.0 and accuracy["other"] == "kind" and accuracy["n"] == "60"
    assert float(accuracy["null_high"]) < 0.7
    assert float(found["columns", "recall@5"]["value"]) == 1.0
    assert 0.5 < float(found["columns", "trustworthiness@5"]["value"]) <= 1.0
    vectors = np.load(tmp_path / "out/vectors/columns.npy", allow_pickle=False)
    raw = pd.read_csv(tmp_path / "t.csv")[["a", "b", "c"]].to_numpy()
    assert np.allclose(vectors, (raw - raw.mean(0)) / raw.std(0), atol=1e-5)
    assert pd.read_csv(tmp_path / "out/vectors/ids.csv")["id"].tolist() == [f"s{i:03d}" for i in range(60)]
    spaces = pd.read_csv(tmp_path / "out/spaces.csv")
    assert spaces.loc[0, ["space", "checkpoint", "n", "d"]].tolist() == ["columns", "columns", 60, 3]
    whole = json.loads((tmp_path / "out/manifest.json").read_text())
    assert whole["failures"] == [] and whole["n"] == 60
    assert (tmp_path / "out/figures").glob("*.html") and list((tmp_path / "out/tables").glob("*.parquet"))


def test_a_second_run_computes_nothing_and_says_the_same(tmp_path, monkeypatch):
    study = write_world(tmp_path)
    assert run(study) == 0
    first = (tmp_path / "out/numbers.csv").read_text()
    import analysis.uncertainty

    monkeypatch.setattr(analysis.uncertainty, "answer", None)
    assert run(study) == 0
    assert (tmp_path / "out/numbers.csv").read_text() == first


def test_a_question_without_an_answer_is_no_failure(tmp_path):
    study = write_world(tmp_path)
    frame = pd.read_csv(tmp_path / "t.csv")
    frame["kind"] = "only"
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert run(study) == 0
    assert numbers(tmp_path)["columns", "knn_accuracy@5"]["value"] == ""
    whole = json.loads((tmp_path / "out/manifest.json").read_text())
    gaps = {gap["number"]: gap["why"] for gap in whole["without_an_answer"]}
    assert "class" in gaps["knn_accuracy@5"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("k = 5", "k = 60", "k is 60 but there are 60 samples"),
        ("draws = 20", "drows = 20", "did you mean 'draws'"),
        ('"t.csv"', '"u.csv"', "u.csv"),
        ('"kind"]', '"kinds"]', "kind"),
        ('family = "numeric"', 'family = "tfidf"', "no text"),
        ('family = "numeric"', 'family = "gnn"', "cannot embed yet"),
        ('family = "numeric"', 'model = "nowhere/no-such-model"', "no-such-model"),
        ("draws = 20", 'analyses = ["spectrm"]', "did you mean 'spectrum'"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(tmp_path, capsys, monkeypatch, old, new, words):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert run(write_world(tmp_path, STUDY.replace(old, new))) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len([line for line in said if line.startswith("error: ")]) == 1
    assert words in said[-1]
    assert not (tmp_path / "out/numbers.csv").exists()


def test_what_breaks_in_the_middle_ends_with_1_and_keeps_the_rest(tmp_path, monkeypatch, capsys):
    from analysis.registry import analyses

    def broken(*args, **kwargs):
        raise RuntimeError("the sky fell")

    study = write_world(tmp_path)
    with monkeypatch.context() as patch:
        spectrum = analyses()["spectrum"]
        original = spectrum.compute
        object.__setattr__(spectrum, "compute", broken)
        try:
            assert run(study) == 1
        finally:
            object.__setattr__(spectrum, "compute", original)
        del patch
    assert "the sky fell" in capsys.readouterr().err
    assert float(numbers(tmp_path)["columns", "knn_accuracy@5"]["value"]) == 1.0
    assert ("columns", "effective_rank") not in numbers(tmp_path)
    assert run(study) == 0
    assert ("columns", "effective_rank") in numbers(tmp_path)


def test_list_names_every_plugin_once(capsys):
    assert main(["list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert all(len(line) == 4 for line in lines)
    assert {"table", "pydocs", "digits"} <= {name for kind, name, *_ in lines if kind == "dataset"}
    assert len({(kind, name) for kind, name, *_ in lines}) == len(lines)


def test_the_command_works_from_any_folder_and_shows_no_traceback(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "run", "nothing.toml", "--out", str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "nothing.toml" in done.stderr and "Traceback" not in done.stderr


def test_results_that_cannot_be_written_are_refused_before_any_work(tmp_path, capsys):
    study = write_world(tmp_path)
    (tmp_path / "out").write_text("a file")
    assert run(study) == 2
    said = capsys.readouterr().err
    assert "nothing can be written to" in said and "give another --out DIR" in said
    assert not list((tmp_path / "cache").glob("artifacts/*/*/vectors.npy"))  # the samples were read, nothing more


def test_a_space_all_but_collapsed_is_reported_whole(tmp_path):
    rng = np.random.default_rng(0)
    np.save(tmp_path / "v.npy", (1 + 1e-7 * rng.normal(size=(60, 16))).astype(np.float32))
    (tmp_path / "study.toml").write_text(
        'k = 5\ndraws = 0\nanalyses = ["isotropy", "health", "dimension", "hubness"]\n[dataset]\nsource = "vectors"\n'
        'path = "v.npy"\n[[checkpoint]]\nname = "v"\nfamily = "vectors"\n'
    )
    assert run(tmp_path / "study.toml") == 0
    assert float(numbers(tmp_path)["v", "mean_cosine"]["value"]) > 0.999
    assert json.loads((tmp_path / "out/manifest.json").read_text())["failures"] == []


def test_a_figure_that_cannot_be_drawn_costs_no_more_than_itself(tmp_path, monkeypatch, capsys):
    from analysis.registry import analyses

    def broken(result):
        raise ValueError("no room")

    study = write_world(tmp_path)
    known = dict(analyses())
    known["hubness"] = replace(known["hubness"], figure=broken)
    monkeypatch.setattr("analysis.report_figures.analyses", lambda: known)
    assert run(study) == 1
    assert "the figure of hubness of columns could not be drawn: ValueError: no room" in capsys.readouterr().err
    whole = json.loads((tmp_path / "out/manifest.json").read_text())
    assert len(whole["failures"]) == 1 and (tmp_path / "out/numbers.csv").is_file()
    assert (tmp_path / "out/figures/isotropy--columns.html").is_file()
