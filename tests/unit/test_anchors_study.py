"""Anchors in a study: what a run writes of them, what stands before any work, and what is kept."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.ask import Ask
from analysis.run import open_study
from tests.unit.language_worlds import written
from tests.unit.test_anchors_measure import text
from tests.unit.test_command_line import STUDY, write_world

CORPUS = """
[[corpus]]
name = "some text"
path = "text.txt"
window = 30
tokens = 1200
"""
ALONE = """
draws = 20
[[checkpoint]]
name = "small"
family = "causal_lm"
model = "gpt2"
[anchors]
rules = ["top:3", "none", "words:cat,dog"]
"""
NUMBERS = {"mse", "variance", "constant_mse", "r2", "r2_centred", "max_error", "perplexity", "log_partition_sd"}
NUMBERS |= {"constant_in_span", "bulk_probability"}


def world(folder: Path, study: str = ALONE + CORPUS) -> Path:
    (folder / "study.toml").write_text(study)
    (folder / "text.txt").write_text(text())
    if not (folder / "gpt2").exists():
        written(folder / "gpt2", "gpt2", n_positions=64, bos_token_id=2, eos_token_id=3)
    return folder / "study.toml"


def run(study: Path) -> int:
    folder = study.parent
    return main(["run", str(study), "--out", str(folder / "out"), "--cache", str(folder / "cache")])


def rows(folder: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    with (folder / "out" / "numbers.csv").open(newline="") as file:
        read = [row for row in csv.DictReader(file) if row["analysis"] == "anchors"]
    return {(row["subject"], row["other"], row["number"]): row for row in read}


def test_a_study_of_a_corpus_alone_answers_every_number_for_every_rule_and_fit(tmp_path):
    assert run(world(tmp_path)) == 0
    found = rows(tmp_path)
    rules = ("top:3", "none", "words:cat,dog")
    others = {f"some text|{rule}|{fit}" for rule in rules for fit in ("plain", "intercept")}
    assert {key[1] for key in found if "|plain" in key[1] or "|intercept" in key[1]} == others
    assert {number for _, other, number in found if other == "some text|none|plain"} == NUMBERS
    row = found["small", "some text|top:3|intercept", "mse"]
    assert float(row["low"]) < float(row["value"]) < float(row["high"]) < float(row["null_low"])
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["not_used_yet"] == [] and manifest["n"] is None and not manifest["failures"]
    assert any("fitted on" in note for note in manifest["notes"])
    tables = {path.stem for path in (tmp_path / "out" / "tables").glob("anchors--small--some text--*.parquet")}
    assert {name.rpartition("--")[2] for name in tables} >= {"fits", "nulls", "gauge", "scatter", "worst"}
    spaces = pd.read_csv(tmp_path / "out" / "spaces.csv")
    assert spaces["space"].tolist() == ["small"] and spaces["n"].isna().all()


def test_a_second_run_reads_no_model_and_says_the_same(tmp_path, monkeypatch):
    study = world(tmp_path)
    assert run(study) == 0
    first = (tmp_path / "out" / "numbers.csv").read_bytes()
    monkeypatch.setattr("models.language_model.open_language_model", None)
    assert run(study) == 0
    assert (tmp_path / "out" / "numbers.csv").read_bytes() == first
    pipeline = open_study(study, cache=tmp_path / "cache")
    ask = Ask("anchors", "", "small", "some text")
    before = pipeline.recipe(ask).key
    (tmp_path / "text.txt").write_text(text(seed=1))
    assert open_study(study, cache=tmp_path / "cache").recipe(ask).key != before


def test_without_a_corpus_the_model_writes_its_own(tmp_path):
    study = world(tmp_path, ALONE.replace('"words:cat,dog"', '"top:2"'))
    pipeline = open_study(study, cache=tmp_path / "cache")
    from analysis.plan import wanted

    assert wanted(pipeline) == [Ask("anchors", "", "small", "sampled")]
    study = world(tmp_path, ALONE + '[[corpus]]\nname = "own"\nsource = "sampled"\nwindow = 100\ntokens = 2000\n')
    assert run(study) == 0
    found = rows(tmp_path)
    assert found["small", "own|none|plain", "mse"]["value"]
    kept = open_study(study, cache=tmp_path / "cache").find(Ask("corpus", "", "small", "own"))
    assert kept.arrays["windows"].shape == (31, 64) and "longest" in kept.notes[0]  # it reads 64 at once


def test_a_checkpoint_without_a_head_has_its_reason_beside_the_rest_of_a_study(tmp_path):
    write_world(tmp_path)
    (tmp_path / "text.txt").write_text(text())
    (tmp_path / "study.toml").write_text(STUDY + '[anchors]\nrules = ["none"]\nfits = ["plain"]\n' + CORPUS)
    assert run(tmp_path / "study.toml") == 0
    assert rows(tmp_path)["columns", "some text|none|plain", "mse"]["value"] == ""
    without = json.loads((tmp_path / "out" / "manifest.json").read_text())["without_an_answer"]
    assert any("no softmax head" in one["why"] for one in without)


def test_a_model_saved_without_its_head_has_its_reason(tmp_path):
    study = world(tmp_path, (ALONE + CORPUS).replace("gpt2", "bare").replace("causal", "masked"))
    model = written(tmp_path / "bert", "bert")
    written(tmp_path / "bare", "bert")
    model.bert.save_pretrained(str(tmp_path / "bare"))
    assert run(study) == 0
    without = json.loads((tmp_path / "out" / "manifest.json").read_text())["without_an_answer"]
    assert "cls.predictions" in without[0]["why"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"top:3"', '"tip:3"', "no bulk rule 'tip:3'; did you mean 'top'?"),
        ('"none"', '"top:3"', "names 'top:3' twice"),
        ("[anchors]", '[anchors]\nfits = ["lasso"]', "no fit 'lasso'"),
        ('path = "text.txt"', 'path = "nowhere.txt"', "does not exist"),
        ('path = "text.txt"', 'path = "gpt2"', "is a folder"),
        ('path = "text.txt"', 'path = "latin.txt"', "not UTF-8"),
        ('path = "text.txt"', 'path = "blank.txt"', "is empty"),
        ('path = "text.txt"', 'path = "text.txt"\nsource = "pydocs"', "both `path` and `source`"),
        ("window = 30", "window = 1", "window of [[corpus]] 'some text' is 1"),
        ("tokens = 1200", "tokens = -5", "tokens of [[corpus]] 'some text' is -5"),
    ],
)
def test_what_is_wrong_is_said_before_any_work(tmp_path, capsys, old, new, said):
    study = world(tmp_path, (ALONE + CORPUS).replace(old, new, 1))
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 " * 100)
    (tmp_path / "blank.txt").write_text(" \n")
    assert run(study) == 2
    assert said in capsys.readouterr().err


def test_a_text_that_is_too_short_has_no_answer(tmp_path):
    study = world(tmp_path)
    (tmp_path / "text.txt").write_text("the cat sat")
    assert run(study) == 0
    without = json.loads((tmp_path / "out" / "manifest.json").read_text())["without_an_answer"]
    assert "fewer than one window" in without[0]["why"]
    (tmp_path / "text.txt").write_text(text(words=90))
    assert run(study) == 0
    without = json.loads((tmp_path / "out" / "manifest.json").read_text())["without_an_answer"]
    assert "3 windows" in without[0]["why"]


def test_the_error_stands_along_a_training_beside_other_numbers(tmp_path):
    members = "".join(
        f'[[checkpoint]]\nname = "step {at}"\nfamily = "causal_lm"\nmodel = "gpt2"\ninit = "{init}"\n'
        f'series = "training"\nat = {at}\n'
        for at, init in ((0, "random"), (100, "pretrained"))
    )
    study = world(tmp_path, f'draws = 20\n{members}[anchors]\nrules = ["top:3"]\nfits = ["plain"]\n{CORPUS}')
    assert run(study) == 0
    table = pd.read_parquet(tmp_path / "out" / "tables" / "series.parquet")
    mine = table[(table["analysis"] == "anchors") & (table["number"] == "mse")]
    assert mine["other"].unique().tolist() == ["some text|top:3|plain"] and mine["at"].tolist() == [0, 100]
    found = rows(tmp_path)
    wanted = [float(found[f"step {at}", "some text|top:3|plain", "mse"]["value"]) for at in (0, 100)]
    assert mine["value"].tolist() == pytest.approx(wanted)
    assert list((tmp_path / "out" / "figures").glob("series--training*.html"))


def test_anchors_are_listed_beside_the_plug_ins(capsys):
    assert main(["list"]) == 0
    assert "anchors\tanchors\t1\tAnchor vectors\n" in capsys.readouterr().out
