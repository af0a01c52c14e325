"""Tasks of a whole study: a label column, files of their own, pairs; the rows they leave and the sentences they say."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.ask import Ask
from analysis.registry import task_methods
from analysis.report import manifest
from analysis.rows import number_rows, space_rows
from analysis.run import open_study
from analysis.task_asks import task_asks
from models.errors import BadInput
from tests.unit.test_command_line import STUDY, write_world

TASK = (
    STUDY.replace("[dataset]", 'analyses = ["health"]\n[dataset]', 1) + '\n[[task]]\nname = "kinds"\nlabel = "kind"\n'
)
TEXTS = """
k = 3
draws = 20
analyses = ["health"]
[dataset]
path = "t.csv"
text = "text"
[[checkpoint]]
name = "words"
family = "tfidf"
"""
WORDS = {"fruit": ["apple", "pear", "plum", "cherry"], "metal": ["iron", "copper", "zinc", "lead"]}


def sentences(seed: int, count: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        label = ("fruit", "metal")[number % 2]
        words = rng.choice(WORDS[label], 3)
        rows.append((f"{' '.join(words)} number{seed}x{number}", label))
    return pd.DataFrame(rows, columns=["text", "label"])


def write_texts(folder: Path, more: str) -> Path:
    sentences(0, 30).to_csv(folder / "t.csv", index=False)
    sentences(1, 60).to_csv(folder / "train.csv", index=False)
    sentences(2, 24).to_csv(folder / "test.csv", index=False)
    (folder / "study.toml").write_text(TEXTS + more)
    return folder / "study.toml"


def made(study: Path) -> tuple[dict[tuple[str, str, str], pd.Series], dict[str, Any]]:
    """The rows of the study's tasks, and the manifest, without a whole run."""
    pipeline = open_study(study, cache=study.parent / "cache")
    pipeline.dataset()
    asks = task_asks(pipeline)
    for ask in asks:
        pipeline.make(ask)
    rows = number_rows(pipeline, asks)
    return {(row.subject, row.other, row.number): row for row in rows.itertuples()}, manifest(pipeline, asks)


def test_every_method_scores_a_label_column(tmp_path: Path) -> None:
    methods = 'methods = ["knn", "linear", "few_shot", "cluster", "retrieval", "finetune"]\n'
    study = write_world(tmp_path, TASK + methods)
    assert main(["run", str(study), "--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]) == 0
    with (tmp_path / "out" / "numbers.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "task"]
    found = {(row["subject"], row["other"], row["number"]): row for row in rows}
    usual = {"accuracy", "macro_f1", "auroc", "mcc"}
    assert {number for _, other, number in found if other == "kinds|linear"} == usual
    assert {number for _, other, number in found if other == "kinds|knn"} == usual
    assert ("columns", "kinds|few_shot", "accuracy@1") in found and ("columns", "kinds|few_shot", "mcc@16") in found
    assert {number for _, other, number in found if other == "kinds|retrieval"} == {"ndcg@10", "recall@5"}
    for _, other, number in found:
        assert number.partition("@")[0] in task_methods()[other.partition("|")[2]].describe
    linear = found["columns", "kinds|linear", "accuracy"]
    assert float(linear["value"]) == 1.0 and float(linear["null_mean"]) == pytest.approx(1 / 3, abs=0.12)
    assert float(linear["low"]) < 1.0 and float(linear["null_high"]) < 0.7
    assert float(found["columns", "kinds|cluster", "v_measure"]["value"]) == pytest.approx(1.0)
    assert int(found["columns", "kinds|knn", "accuracy"]["n"]) == 60
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    said = [note for note in manifest["notes"] if "commonest class of training would be right for 33.3%" in note]
    assert len(said) == 3  # of knn, linear and few_shot
    assert manifest["not_used_yet"] == []
    untrained = [entry["why"] for entry in manifest["without_an_answer"] if "finetune" in entry["ask"]]
    assert untrained and "nothing to be fine-tuned" in untrained[0]
    assert (tmp_path / "out/tables/task linear--columns--kinds--by_seed.parquet").is_file()
    scores = pd.read_parquet(tmp_path / "out/tables/scores.parquet")
    assert len(scores) == len(found) and set(scores["method"]) == {other.partition("|")[2] for _, other, _ in found}


def test_numbers_are_foretold_and_ranked(tmp_path: Path) -> None:
    study = write_world(tmp_path, TASK.replace('label = "kind"', 'label = "size"'))
    frame = pd.read_csv(tmp_path / "t.csv")
    frame.assign(size=frame["a"] - 2 * frame["b"]).to_csv(tmp_path / "t.csv", index=False)
    found, _ = made(study)
    assert found["columns", "kinds|linear", "spearman"].value > 0.95
    assert found["columns", "kinds|knn", "spearman"].value > 0.6


def test_a_task_with_files_is_a_dataset_of_its_own(tmp_path: Path) -> None:
    task = '[[task]]\nname = "stuff"\nlabel = "label"\ntrain = "train.csv"\ntest = "test.csv"\n'
    study = write_texts(tmp_path, task)
    found, _ = made(study)
    assert {subject for subject, _, _ in found} == {"words#stuff"}
    for method in ("knn", "linear"):
        row = found["words#stuff", f"stuff|{method}", "accuracy"]
        assert row.n == 24 and row.value > 0.9 > 0.7 > row.null_mean
    spaces = space_rows(open_study(study, cache=tmp_path / "cache"))
    assert spaces[spaces["space"] == "words#stuff"]["n"].tolist() == [84]


def test_pairs_are_scored_by_cosine(tmp_path: Path) -> None:
    task = '[[task]]\nname = "alike"\npairs = "pairs.tsv"\n'
    study = write_texts(tmp_path, task)
    rows = [
        (a, b, 3.0 if kind == "fruit" else 1.0)
        for kind in WORDS
        for a, b in zip(WORDS[kind], WORDS["fruit"], strict=True)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "pairs.tsv", sep="\t", header=False, index=False)
    row = made(study)[0]["words#alike", "alike|similarity", "spearman"]
    assert row.n == 8 and row.value > 0.7


@pytest.mark.parametrize("model", ['model = "words.txt"\n', ""], ids=["of-a-file", "of-the-dataset"])
def test_pairs_of_words_that_have_no_vector_are_left_out_and_counted(model: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("".join(f"w{i} {i} {i * i} 1\n" for i in range(12)))
    pairs = pd.DataFrame([(f"w{i}", f"w{i + 1}", float(i)) for i in range(12)])
    pairs.to_csv(tmp_path / "pairs.tsv", sep="\t", header=False, index=False)
    study = tmp_path / "study.toml"
    study.write_text(
        'k = 3\ndraws = 20\nanalyses = ["health"]\n[dataset]\nsource = "vectors"\npath = "words.txt"\n'
        f'[[checkpoint]]\nname = "V"\nfamily = "vectors"\n{model}'
        '[[task]]\nname = "alike"\npairs = "pairs.tsv"\n'
    )
    found, said = made(study)
    assert found["V#alike", "alike|similarity", "spearman"].n == 11
    notes = said["notes"]
    assert any("1 of 13 words have no vector" in note for note in notes)
    assert any("1 pairs are left out" in note for note in notes)


def test_repeats_overlaps_and_strange_classes_are_said(tmp_path: Path) -> None:
    task = '[[task]]\nname = "stuff"\nlabel = "label"\ntrain = "train.csv"\ntest = "test.csv"\nmethods = ["linear"]\n'
    study = write_texts(tmp_path, task)
    train = sentences(1, 60)
    train = pd.concat([train, train.head(4), pd.DataFrame({"text": [train["text"][0]], "label": ["metal"]})])
    train.to_csv(tmp_path / "train.csv", index=False)
    strange = pd.DataFrame({"text": ["gas of stars", "no label at all"], "label": ["gas", ""]})
    pd.concat([sentences(2, 24), train.head(3), strange]).to_csv(tmp_path / "test.csv", index=False)
    found, said = made(study)
    assert found["words#stuff", "stuff|linear", "accuracy"].n == 28
    notes = " ".join(said["notes"])
    for sentence in (
        "8 of 94 samples repeat an earlier one; 5 within train",
        "1 repeated items carry different labels",
        "3 test samples (3 different ones) also stand in train",
        "1 of 94 samples have no label",
        "1 test samples are of 1 classes that never occur in training (such as 'gas'); they are asked",
    ):
        assert sentence in notes
    study.write_text(study.read_text() + 'overlap = "drop"\n')
    assert made(study)[0]["words#stuff", "stuff|linear", "accuracy"].n == 25


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([f"c{i}" for i in range(60)], "nothing to be asked: every class has one sample"),
        (["same"] * 60, "one class"),
        ([""] * 60, "no labelled sample"),
    ],
)
def test_a_task_without_an_answer_keeps_its_row_and_says_why(tmp_path: Path, labels: list[str], sentence: str) -> None:
    study = write_world(tmp_path, TASK)
    frame = pd.read_csv(tmp_path / "t.csv")
    frame["kind"] = labels
    frame.to_csv(tmp_path / "t.csv", index=False)
    found, said = made(study)
    assert pd.isna(found["columns", "kinds|linear", "accuracy"].value)
    assert any(sentence in entry["why"] for entry in said["without_an_answer"] if "linear" in entry["ask"])


def test_a_space_that_cannot_read_the_texts_of_a_task_keeps_its_row(tmp_path: Path) -> None:
    study = write_world(
        tmp_path, TASK.replace('label = "kind"', 'label = "label"\ntrain = "train.csv"\ntest = "test.csv"')
    )
    sentences(1, 60).to_csv(tmp_path / "train.csv", index=False)
    sentences(2, 24).to_csv(tmp_path / "test.csv", index=False)
    found, said = made(study)
    assert pd.isna(found["columns#kinds", "kinds|linear", "accuracy"].value)
    assert any("has no numeric for this checkpoint" in entry["why"] for entry in said["without_an_answer"])


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        ('label = "kin"', "names label 'kin'; did you mean 'kind'"),
        ('label = "kind"\nmethods = ["lineer"]', "names method 'lineer'; did you mean 'linear'"),
        ('label = "kind"\nmethods = ["similarity"]', "give it a file of `pairs`"),
        ('label = "kind"\ngroup = "kidn"', "names group 'kidn'"),
        ('label = "kind"\ntest = "x.csv"', "has no `train` file"),
        ('methods = ["knn"]', "neither `label` nor `pairs`"),
        ('label = "kind"\ntrain = "none.csv"', "none.csv"),
    ],
)
def test_what_cannot_be_a_task_is_said_before_any_work(tmp_path: Path, task: str, sentence: str) -> None:
    from analysis.plan import wanted

    study = write_world(tmp_path, TASK.replace('label = "kind"', task))
    with pytest.raises(BadInput, match=sentence):
        wanted(open_study(study, cache=tmp_path / "cache"))


def test_a_score_is_found_again_and_groups_never_straddle(tmp_path: Path) -> None:
    study = write_world(tmp_path, TASK + 'group = "block"\nmethods = ["linear"]\n')
    frame = pd.read_csv(tmp_path / "t.csv")
    frame["block"] = [f"b{i // 6}" for i in range(60)]
    frame.to_csv(tmp_path / "t.csv", index=False)
    pipeline = open_study(study, cache=tmp_path / "cache")
    ask = Ask("task", "linear", "columns", "kinds")
    first = pipeline.make(ask)
    again = open_study(study, cache=tmp_path / "cache")
    again.dataset()
    assert again.find(ask).numbers == first.numbers
    from analysis.task_data import spec_called, task_of

    task = task_of(again, spec_called(again, "kinds"))
    for split in task.splits:
        blocks = frame["block"].to_numpy()
        assert len(split.test) > 5 and not set(blocks[split.train]) & set(blocks[split.test])


def test_a_split_by_a_graph_keeps_communities_whole_and_counts_what_it_cuts(tmp_path: Path) -> None:
    links = '[[graph]]\nname = "links"\npath = "links.csv"\n'
    study = write_world(tmp_path, TASK + 'group = "graph:links"\nmethods = ["linear"]\n' + links)
    pairs = [
        (f"s{i:03d}", f"s{j:03d}") for piece in range(15) for i in range(4 * piece, 4 * piece + 4) for j in range(i)
    ]
    pairs = [(a, b) for a, b in pairs if int(a[1:]) // 4 == int(b[1:]) // 4] + [("s000", "s059"), ("s010", "s030")]
    (tmp_path / "links.csv").write_text("source,target\n" + "\n".join(",".join(pair) for pair in pairs))
    pipeline = open_study(study, cache=tmp_path / "cache")
    from analysis.task_data import spec_called, task_of

    task = task_of(pipeline, spec_called(pipeline, "kinds"))
    piece = np.arange(60) // 4
    for split in task.splits:
        assert len(split.test) > 5 and not set(piece[split.train]) & set(piece[split.test])
    counts = dict(task.counts)
    assert 13 <= counts["communities"] <= 15 and counts["links from train to test"] <= 2  # two links join four pieces
    assert any("communities of 'links'" in note for note in task.notes)
    result = pipeline.make(Ask("task", "linear", "columns", "kinds"))
    assert result.numbers["accuracy"].value > 0.9


def test_a_split_by_a_graph_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_world(tmp_path, TASK + 'group = "graph:links"\n')
    assert main(["run", str(study), "--out", str(tmp_path / "out"), "--cache", str(tmp_path / "cache")]) == 2
    assert "no graph 'links'; the study has none: add a [[graph]]." in capsys.readouterr().err


def test_a_training_file_alone_is_split_and_searched_like_the_samples(tmp_path: Path) -> None:
    study = write_texts(tmp_path, '[[task]]\nname = "stuff"\nlabel = "label"\ntrain = "train.csv"\n')
    found, said = made(study)
    assert found["words#stuff", "stuff|knn", "accuracy"].n == 60
    assert 12 < found["words#stuff", "stuff|linear", "accuracy"].n <= 36  # a fifth by each of three seeds
    assert found["words#stuff", "stuff|linear", "accuracy"].value > 0.9
    assert not any("one answer for all seeds" in note for note in said["notes"])


@pytest.mark.shared
def test_files_without_a_header_are_read_by_the_names_given(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "text_tasks" / "sst2"
    study = write_texts(
        tmp_path,
        f'[[task]]\nname = "sst2"\nlabel = "label"\ncolumns = ["text", "label"]\nmethods = ["knn"]\n'
        f'train = "{folder / "dev.tsv"}"\ntest = "{folder / "test.tsv"}"\n',
    )
    found, _ = made(study)
    row = found["words#sst2", "sst2|knn", "accuracy"]
    assert row.n == len((folder / "test.tsv").read_text().splitlines())
    assert 0.5 < row.value < 0.8 and row.null_mean == pytest.approx(0.5, abs=0.02)
