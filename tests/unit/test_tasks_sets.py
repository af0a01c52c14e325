"""Samples of several labels: the cell taken apart, numbers against scikit-learn, splits, and the whole of a study."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.members import members_of, rarest, sets_in
from analysis.run import open_study
from analysis.task_data import spec_called, task_of
from analysis.tasks.answers import SetAnswers
from tests.tiny_models import write_model
from tests.unit.test_tasks_finetune import STUDY, samples
from tests.unit.test_tasks_study import made

TASK = '[[task]]\nname = "sets"\nlabel = "kinds"\nseparator = "|"\nmethods = ["linear", "knn", "finetune"]\n'


def write_sets(folder: Path) -> Path:
    """Texts of one or two kinds of words; a few without any label."""
    one, two = samples(0, 120), samples(1, 120).sample(frac=1, random_state=0)
    both = np.arange(120) % 2 == 0
    frame = pd.DataFrame({"text": one["text"].where(~both, one["text"] + " " + two["text"].to_numpy())})
    frame["kinds"] = one["kind"].where(~both, one["kind"] + " | " + two["kind"].to_numpy())
    frame.loc[[3, 5], "kinds"] = ""
    frame.assign(kind=one["kind"]).to_csv(folder / "t.csv", index=False)
    write_model(folder / "bert", "bert")
    words = '[[checkpoint]]\nname = "words"\nfamily = "tfidf"\n'
    (folder / "study.toml").write_text(STUDY + words + TASK)
    return folder / "study.toml"


def test_a_cell_is_a_set_whatever_its_order() -> None:
    labels = sets_in("x", pd.Series(["b|a", " a | b", "", "c", "a|a"]), "|")
    assert [labels.classes[code] if code >= 0 else "" for code in labels.codes] == ["a|b", "a|b", "", "c", "a"]
    members = members_of(labels, "|")
    assert members.names == ("a", "b", "c")
    assert members.has.astype(int).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 1], [1, 0, 0]]
    assert rarest(labels, members).codes.tolist() == [1, 1, -1, 2, 0]


def test_numbers_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

    rng = np.random.default_rng(0)
    truth = rng.random((80, 4)) < [0.5, 0.3, 0.1, 0.6]
    scores = np.round(0.4 * truth + 0.6 * rng.random((80, 4)), 1)  # with ties
    found = SetAnswers(np.arange(80), truth, scores > 0.5, scores)
    drawn = rng.integers(0, 3, 80)
    for weights in (np.ones(80), drawn.astype(np.float64)):
        rows = np.repeat(np.arange(80), weights.astype(int))
        numbers = {name: values[0] for name, values in found.numbers(weights[None]).items()}
        assert numbers["accuracy"] == pytest.approx(accuracy_score(truth[rows], scores[rows] > 0.5))
        assert numbers["macro_f1"] == pytest.approx(f1_score(truth[rows], scores[rows] > 0.5, average="macro"))
        assert numbers["auroc"] == pytest.approx(roc_auc_score(truth[rows], scores[rows], average="macro"))


def test_sets_are_scored_by_probe_and_fine_tuning(tmp_path: Path) -> None:
    study = write_sets(tmp_path)
    found, said = made(study)
    for other in ("sets|linear", "sets|finetune"):
        assert {number for space, name, number in found if name == other} == {"accuracy", "macro_f1", "auroc"}
    row = found["words", "sets|linear", "macro_f1"]
    assert row.value > 0.85 > row.null_high and row.low <= row.value <= row.high
    assert found["words", "sets|linear", "accuracy"].value > 0.7 > found["words", "sets|linear", "accuracy"].null_mean
    assert found["tiny", "sets|finetune", "macro_f1"].value > found["tiny", "sets|finetune", "macro_f1"].null_mean
    assert any("where the target is a set of labels" in entry["why"] for entry in said["without_an_answer"])
    notes = " ".join(said["notes"])
    assert "of 3 labels on average" in notes and "2 of 120 samples have no label" in notes
    pipeline = open_study(study, cache=tmp_path / "cache")
    pipeline.dataset()
    task = task_of(pipeline, spec_called(pipeline, "sets"))
    assert all(task.members.has[split.test].any(axis=0).all() for split in task.splits)


def test_labels_that_nobody_could_learn_are_counted(tmp_path: Path) -> None:
    study = write_sets(tmp_path)
    samples(1, 60).assign(kinds=lambda rows: rows["kind"]).to_csv(tmp_path / "train.csv", index=False)
    samples(2, 30).assign(kinds=lambda rows: rows["kind"] + "|rare").to_csv(tmp_path / "test.csv", index=False)
    study.write_text(study.read_text() + 'train = "train.csv"\ntest = "test.csv"\nseeds = [0]\n')
    found, said = made(study)
    assert found["words#sets", "sets|linear", "accuracy"].value == 0.0
    assert any("1 labels are asked that never occur in training (such as 'rare')" in note for note in said["notes"])
