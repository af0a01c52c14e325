"""Estimators on tasks with files of their own: the training samples alone, named as the task."""

from pathlib import Path

import numpy as np

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.registry import estimators
from analysis.rows import number_rows
from analysis.run import open_study
from analysis.task_data import home_of
from analysis.transfer import estimate
from analysis.transfer_asks import OWN, transfers_of
from tests.unit.test_tasks_study import write_texts

MORE = """
[[checkpoint]]
name = "shapes"
family = "vectors"
model = "shapes.npy"
[[checkpoint]]
name = "letters"
family = "tfidf"
prefix = "x "
"""
TASK = '[[task]]\nname = "stuff"\nlabel = "label"\ntrain = "train.csv"\ntest = "test.csv"\n'


def pipeline_of(folder: Path) -> Pipeline:
    np.save(folder / "shapes.npy", np.random.default_rng(0).standard_normal((30, 3)).astype(np.float32))
    study = write_texts(folder, MORE + TASK)
    text = study.read_text().replace('text = "text"', 'text = "text"\nlabels = ["label"]', 1)
    study.write_text(text.replace('"health"', '"transferability"'))
    pipeline = open_study(study, cache=folder / "cache")
    pipeline.dataset()
    return pipeline


def test_a_task_with_files_is_estimated_on_its_training_samples(tmp_path: Path) -> None:
    pipeline = pipeline_of(tmp_path)
    asks = transfers_of(pipeline)
    assert [ask.other for ask in asks] == ["label"] * 3 + [f"{OWN}stuff"] * 3
    for ask in asks:
        pipeline.make(ask)
    rows = {(row.subject, row.other, row.number): row for row in number_rows(pipeline, asks).itertuples()}
    mine = rows["words#stuff", "stuff", "h_score"]
    assert mine.n == 60  # of 60 to learn from and 24 that are asked
    assert rows["words", "label", "h_score"].n == 30
    assert (
        rows["words#stuff", "stuff", "probability_best"].value
        + rows["letters#stuff", "stuff", "probability_best"].value
        == 1
    )


def test_what_is_asked_later_changes_nothing(tmp_path: Path) -> None:
    pipeline = pipeline_of(tmp_path)
    ask = Ask("transferability", "h_score", "words", f"{OWN}stuff")
    found = pipeline.make(ask)
    home = home_of(pipeline, pipeline.study.task[0])
    assert home is not None
    space = home.pipeline.find(Ask("space", subject="words"))
    train = home.dataset.frame["part"].to_numpy() == "train"
    assert train.sum() == 60 and space.n == 84
    labels = home.dataset.labels_in("label").of_rows(np.flatnonzero(train))
    part = type(space)("words", "k", space.vectors[train], [str(i) for i in range(60)])
    expected = estimate(part, labels, [estimators()["h_score"]], draws=0, seed=0)
    assert found.numbers["h_score"].value == expected.numbers["h_score"].value


def test_a_space_that_cannot_read_the_texts_says_so_and_is_in_no_ranking(tmp_path: Path) -> None:
    pipeline = pipeline_of(tmp_path)
    found = pipeline.make(Ask("transferability", "", "shapes", f"{OWN}stuff"))
    assert set(found.numbers) == set(estimators())
    assert all(number.value is None and "shapes" in number.why for number in found.numbers.values())


def test_a_run_wants_them(tmp_path: Path) -> None:
    assert Ask("transferability", "", "words", f"{OWN}stuff") in wanted(pipeline_of(tmp_path))
