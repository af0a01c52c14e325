"""The pages that decide: which checkpoint, and which number goes with which score; what each says, has and lacks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from ui import state

N, LAYERS = 60, (0.2, 0.5, 0.9, 1.4, 2.0)
STUDY = """
name = "five"
k = 5
draws = 20
analyses = ["collapse", "spectrum", "h_score", "logme"]
[dataset]
path = "samples.csv"
id = "id"
labels = ["kind"]
numeric = ["size"]
[[task]]
name = "topic"
label = "kind"
methods = ["knn"]
[[metrics]]
source = "csv"
path = "runs.csv"
task = "elsewhere"
"""


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Five checkpoints in two families, each of which knows the kinds better than the one before."""
    folder = tmp_path_factory.mktemp("five")
    rng = np.random.default_rng(0)
    kinds = np.arange(N) % 3
    frame = pd.DataFrame({"id": [f"p{i}" for i in range(N)], "kind": np.array(["x", "y", "z"])[kinds]})
    frame.assign(size=rng.standard_normal(N)).to_csv(folder / "samples.csv", index=False)
    runs, study = [], STUDY
    for number, apart in enumerate(LAYERS):
        vectors = apart * np.eye(3, 6)[kinds] + rng.standard_normal((N, 6))
        np.save(folder / f"v{number}.npy", vectors.astype(np.float32))
        study += f'[[checkpoint]]\nname = "c{number}"\nfamily = "vectors"\nmodel = "v{number}.npy"\n'
        study += f'series = "run"\nat = {number}\n' if number < 3 else ""
        runs.append((f"c{number}", 1, "f1", 0.5 + 0.1 * number))
    pd.DataFrame(runs, columns=["run", "step", "metric", "value"]).to_csv(folder / "runs.csv", index=False)
    (folder / "five.toml").write_text(study)
    pipeline = Pipeline(read_study(folder / "five.toml"), Place(folder), Store(folder / "cache"))
    for ask in wanted(pipeline):
        if ask.kind in ("analysis", "transferability", "task", "metrics"):
            pipeline.make(ask)
    return World(folder / "five.toml", folder / "cache")


@pytest.fixture
def decided(five: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from started(five, monkeypatch)


@pytest.fixture
def undecided(five: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same with its samples read and nothing computed."""
    Pipeline(read_study(five.study), Place(five.study.parent), Store(tmp_path / "cache")).dataset()
    yield from started(World(five.study, tmp_path / "cache"), monkeypatch)


def test_the_page_answers_which_checkpoint_in_one_sentence_and_ranks_by_each_estimator(decided, figures):
    words = said(drawn("which_checkpoint"))
    assert "To fine-tune on topic, 2 of 2 estimators would take c4 (H-score gives it a probability of " in words
    ranking = figures["figure.ranking"]
    heads = [note.text for note in ranking.layout.annotations if note.text.startswith("<b>H") or "LogME" in note.text]
    assert heads == ["<b>H-score</b>", "<b>LogME</b>"]
    assert {trace.customdata[0] for trace in ranking.data if trace.customdata is not None} == {"c4"}
    assert "All 2 estimators put c4 first" in ranking.layout.title.text.replace("<br>", " ")


def test_candidates_have_a_record_beside_the_static_rankers(decided):
    page = drawn("which_checkpoint")
    assert "Held to f1, read from csv on elsewhere." in said(page)
    judged = drawn("which_checkpoint", judge="accuracy, nearest neighbours")
    first, table = [one.value.set_index("candidate") for one in judged.dataframe if "candidate" in one.value]
    assert table.loc["H-score", "puts first"] == "c4" and table.loc["H-score", "kind"] == "estimate"
    assert "With 5 checkpoints and 1 task with scores a record means nothing yet" in said(judged)
    assert list(first) == ["kind", "puts first", "P(best)"]  # the record itself is folded away
    assert table.loc["H-score", "weighted τ"] > 0.8 and table.loc["H-score", "regret"] >= 0
    assert {"silhouette", "little nc1", "effective rank"} <= set(table.index)
    assert "Nearest neighbours" not in table.index  # nothing is held to itself


def test_estimates_that_are_missing_are_offered_with_their_price(undecided, figures):
    page = drawn("which_checkpoint")
    assert "Not estimated yet." in said(page) and "No score of any task is known" in said(page)
    assert any(button.label.startswith("Estimate · about") for button in page.button)
    assert not figures


def test_a_click_on_a_checkpoint_opens_its_map(monkeypatch):
    from ui import plot, ranking_view

    done = {}
    monkeypatch.setattr(state, "change", lambda **changes: done.update(changes))
    monkeypatch.setattr(state, "remember", done.__setitem__)
    ranking_view.hear(plot.Event("pin", ("c3",)))
    assert done == {"space": "c3", "landing": "map"}


def test_a_number_is_drawn_against_a_score_and_said_with_its_families(decided, figures):
    page = drawn("geometry_against_metric", against="collapse|silhouette|kind", metric="elsewhere|read(csv)|f1")
    words = said(page)
    assert "Spaces with a higher silhouette (collapse, kind) have a higher elsewhere: f1 (read from csv)." in words
    assert "Without one family at a time it is 1.00 (1 family cannot be left out)." in words
    points = figures["figure.against"]
    assert [trace.customdata[0] for trace in points.data] == ["c0", "c1", "c2", "c3", "c4"]
    assert [trace.y[0] for trace in points.data] == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9])
    assert points.data[0].error_x.array is not None
    assert "p = .017" in points.layout.title.text.replace("<br>", " ")  # 2 of 120 orders


def test_which_number_predicts_which_task_is_a_table_of_all(decided):
    page = drawn("geometry_against_metric")
    table = next(one.value for one in page.dataframe if "number" in one.value)
    assert list(table.columns) == ["number", "elsewhere: f1 (read from csv)", "topic: accuracy (knn)"]
    found = table.set_index("number")["elsewhere: f1 (read from csv)"]
    assert found["silhouette (collapse, kind)"] == pytest.approx(1)
    assert "none predicts any beyond doubt" in said(page)  # of so few spaces, two orders of 120 are too many


def test_numbers_that_are_missing_are_offered_there_too(undecided, figures):
    page = drawn("geometry_against_metric")
    assert "Not everything is measured yet." in said(page) and "so there is nothing to draw" in said(page)
    assert any(button.label.startswith("Compute · about") for button in page.button) and not figures


def test_without_a_task_both_pages_say_how_to_get_one(world):
    for name, words in (
        ("geometry_against_metric", "Score a label column here"),
        ("which_checkpoint", "held to account"),
    ):
        page = drawn(name)
        assert words in said(page) and any(button.label.startswith("Score · about") for button in page.button)


@pytest.fixture
def few(computed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two spaces, scored on a task."""
    study = computed.study.with_name("few.toml")
    study.write_text(computed.study.read_text() + '[[task]]\nname = "pet"\nlabel = "kind"\nmethods = ["knn"]\n')
    shutil.copytree(computed.cache, tmp_path / "cache")
    pipeline = Pipeline(read_study(study), Place(study.parent), Store(tmp_path / "cache"))
    for space in ("columns", "words"):
        pipeline.make(Ask("task", "knn", space, "pet"))
    yield from started(World(study, tmp_path / "cache"), monkeypatch)


def test_few_spaces_are_drawn_and_nothing_is_concluded_from_them(few, figures):
    words = said(drawn("geometry_against_metric"))
    assert "Whether they go together needs 5 spaces; 2 have both numbers here. Add checkpoints," in words
    assert words.count("needs 5 spaces") == 1 and "cannot be said" not in words and "nothing can be said" not in words
    assert "cannot exceed a space's dimensions, and these differ: columns " in words
    assert len(figures["figure.against"].data) == 2


def test_one_checkpoint_leaves_nothing_to_choose(computed, tmp_path, monkeypatch):
    study = computed.study.with_name("one.toml")
    study.write_text(computed.study.read_text().partition('[[checkpoint]]\nname = "words"')[0])
    for _ in started(World(study, computed.cache), monkeypatch):
        assert "There is one checkpoint here, so there is nothing to choose." in said(drawn("which_checkpoint"))
