"""`reproduce anchor`: the table over models that are given, and what it leaves."""

import json

import pandas as pd

from analysis.__main__ import main
from analysis.reproductions import anchor
from tests.unit.language_worlds import written
from tests.unit.test_anchors_measure import text


def test_it_asks_every_model_that_is_given_on_its_own_text_and_on_those_given(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(anchor, "OWN", tmp_path / "nowhere")
    for seed, folder in enumerate(("a/checkpoint-10", "a/checkpoint-20", "fills")):
        kind = "bert" if folder == "fills" else "gpt2"
        changes = {} if kind == "bert" else {"n_positions": 64, "bos_token_id": 2, "eos_token_id": 3}
        written(tmp_path / folder, kind, seed=seed, **changes)
    (tmp_path / "words.txt").write_text(text())
    command = ["reproduce", "anchor", "--size", "tiny", "--out", str(tmp_path / "out"), "--cache", str(tmp_path / "c")]
    command += [
        part for name in ("a/checkpoint-10", "a/checkpoint-20", "fills") for part in ("--model", str(tmp_path / name))
    ]
    assert main([*command, "--text", str(tmp_path / "words.txt")]) == 0
    said = capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "anchor.csv")
    assert set(table["model"]) == {"a(checkpoint=10)", "a(checkpoint=20)", "fills"}
    assert set(table["text"]) == {"its own text", "words"}
    whole = table[table["mse"].notna()]
    assert set(whole[whole["text"] == "its own text"]["model"]) == {"a(checkpoint=10)", "a(checkpoint=20)"}
    assert (whole["low"] <= whole["mse"]).all() and (whole["mse"] <= whole["high"]).all()
    assert "a(checkpoint=10) on words: without its 10 most probable words" in said
    config = json.loads((tmp_path / "fills" / "config.json").read_text())
    assert config["architectures"] == ["BertForMaskedLM"]
    assert (tmp_path / "out" / "anchor.md").read_text() == said
    assert main([*command, "--text", str(tmp_path / "words.txt")]) == 0 and capsys.readouterr().out == said


def test_without_any_model_it_says_how_to_give_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(anchor, "OWN", tmp_path)
    assert main(["reproduce", "anchor", "--size", "tiny", "--cache", str(tmp_path)]) == 2
    assert "--model DIR" in capsys.readouterr().err
    assert main(["reproduce", "sipt", "--model", str(tmp_path), "--cache", str(tmp_path)]) == 2
    assert "leave them out" in capsys.readouterr().err
