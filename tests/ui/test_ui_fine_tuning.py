"""The page of scores: its sentence, its table, its curves and splits; what it offers and says where there are none."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.jobs import Job
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study import TaskSpec
from analysis.study_file import read_study
from analysis.task_asks import task_asks
from analysis.task_card import cards_of
from models.errors import BadInput
from models.place import Place
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from ui.task_offer import fitting, task_from, with_task
from ui.task_splits import how_split
from ui.words import literal

TASKS = """
[[task]]
name = "sort"
label = "kind"
methods = ["linear", "few_shot"]
[[task]]
name = "grown"
label = "size"
methods = ["linear"]
[[metrics]]
source = "csv"
path = "runs.csv"
task = "sort"
"""


@pytest.fixture(scope="module")
def scored(computed: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The pets with two tasks scored and a file of metrics read."""
    folder = tmp_path_factory.mktemp("scored")
    for name in ("pets.csv", "pets.toml"):
        shutil.copy(computed.study.parent / name, folder / name)
    shutil.copytree(computed.cache, folder / "cache")
    (folder / "pets.toml").write_text((folder / "pets.toml").read_text() + TASKS)
    (folder / "runs.csv").write_text("run,step,f1\nwords,10,0.5\nwords,20,0.75\nstray,10,0.1\n")
    pipeline = pipeline_of(folder / "pets.toml", folder / "cache")
    for ask in [*task_asks(pipeline), *cards_of(pipeline), Ask("metrics", "csv", other="runs.csv")]:
        pipeline.make(ask)
    return World(folder / "pets.toml", folder / "cache")


def pipeline_of(study: Path, cache: Path) -> Pipeline:
    found = Pipeline(read_study(study), Place(study.parent), Store(cache))
    found.dataset()
    return found


@pytest.fixture
def tuned(scored: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from started(scored, monkeypatch)


@pytest.fixture
def unscored(computed: World, scored: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same tasks with nothing scored or read."""
    shutil.copytree(computed.cache, tmp_path / "cache")
    yield from started(World(scored.study, tmp_path / "cache"), monkeypatch)


def scores_in(page: AppTest) -> pd.DataFrame:
    """The table of scores on a page, by checkpoint."""
    table: pd.DataFrame = page.dataframe[0].value
    return table.set_index([("", "checkpoint")]).drop(columns=[("", "color")])


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    found: dict[str, object] = {}
    monkeypatch.setattr("ui.plot.draw", lambda figure, *, key, **rest: found.__setitem__(key, figure))
    return found


def test_the_page_says_who_is_best_by_how_much_and_what_differs(tuned: World, figures: dict[str, object]) -> None:
    page = drawn("fine_tuning", methods=("linear",))
    words = said(page)
    assert "On “sort”, " in words and "by linear probe" in words and "shuffled labels (chance) give 0.3" in words
    assert "significant" in words or "told apart" in words
    assert "directions used (effective rank)" in words
    assert "Always naming the commonest class (“<b>fish</b>”) gives 0.33" in words
    assert "By few shots it is " in words  # what the other method says, though it is not shown
    table = scores_in(page)
    assert list(table.index[-2:]) == ["commonest class", "chance"] and {"columns", "words"} == set(table.index[:-2])
    assert float(table.loc["commonest class", ("sort: accuracy", "linear probe")]) == pytest.approx(1 / 3, abs=0.01)
    assert table.loc["commonest class", ("grown: spearman", "linear probe")] == ""
    assert table.loc["columns", ("space", "effective rank")].endswith("] of 3")
    assert table.loc["words", ("space", "f1 on sort, read(csv)")] == "0.75"
    assert "sort, linear probe, accuracy by seed (0, 1 and 2): " in words
    curve = figures["figure.shots.sort"]
    assert "Accuracy on sort: from 1 example of each class" in curve.layout.title.text.replace("<br>", " ")


def test_errors_saved_take_the_place_of_scores_with_their_baseline(tuned: World, figures: dict[str, object]) -> None:
    page = drawn("fine_tuning", saved=True, tasks=("grown",), baseline="columns")
    table = scores_in(page)
    assert table.loc["columns", ("grown: spearman", "linear probe")].startswith("0 %")
    assert not {"chance", "commonest class"} & set(table.index)
    assert "Share of the errors of columns that a checkpoint saves" in said(page)
    words = said(drawn("fine_tuning", saved=True, tasks=("sort",), methods=("linear",)))
    assert "words makes no error on sort, so that none can be saved there." in words


def test_splits_and_what_was_read_are_told(tuned: World, figures: dict[str, object]) -> None:
    page = drawn("fine_tuning")
    words = said(page)
    assert (
        "A fifth of each class of kind is asked, the rest is learnt from; anew for each of the seeds 0, 1 and 2."
        in words
    )
    assert "words counted the words of all samples, those that are asked too, but saw no label." in words
    sizes = next(one.value for one in page.dataframe if list(one.value) == ["seed", "to learn from", "to be asked"])
    assert sizes["seed"].tolist() == [0, 1, 2] and (sizes["to learn from"] + sizes["to be asked"] == 60).all()
    assert "run 'stray' belongs to no checkpoint" in words
    read = literal("csv runs.csv: 2 runs, 1 of them without a checkpoint")
    assert any(one.label == read for one in page.expander)


def test_what_is_not_scored_is_offered_and_the_spaces_stand_there_already(unscored: World) -> None:
    page = drawn("fine_tuning")
    words = said(page)
    assert "Not scored for every checkpoint yet." in words and "On “" not in words
    assert any(button.label.startswith("Score · about") for button in page.button)
    assert any(button.label.startswith("Read · about") for button in page.button)
    assert list(scores_in(page).index) == ["columns", "words"]


def test_a_failed_job_is_said_with_the_way_on(unscored: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job("none", unscored.cache, "scores", "failed", 0, 0, "the machine ran out of memory.", 0.0, 0.0)
    monkeypatch.setattr("ui.work.job_at", lambda pipeline, asks: job)
    page = drawn("fine_tuning")
    assert "the machine ran out of memory." in said(page)
    assert any(button.label.startswith("Try again · about") for button in page.button)


def test_a_task_that_cannot_be_asked_and_a_file_that_is_gone_cost_only_themselves(
    scored: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figures: dict[str, object]
) -> None:
    shutil.copy(scored.study.parent / "pets.csv", tmp_path / "pets.csv")
    study = tmp_path / "pets.toml"
    study.write_text(scored.study.read_text() + '[[task]]\nname = "odd"\nlabel = "knid"\n')
    for _ in started(World(study, scored.cache), monkeypatch):
        words = said(drawn("fine_tuning"))
        assert "task 'odd' names label 'knid'" in words and "On “sort”, " in words
        assert "runs.csv" in words


def test_a_study_without_a_task_offers_its_label_columns_and_gains_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[Pipeline, list[Ask]]] = []
    monkeypatch.setattr("ui.work.start", lambda pipeline, asks, title="": begun.append((pipeline, asks)))
    page = drawn("fine_tuning")
    assert "This study has no task yet." in said(page)
    button = next(button for button in page.button if button.label.startswith("Score · about"))
    button.click().run()
    ((pipeline, asks),) = begun
    (task,) = pipeline.study.task
    assert (task.name, task.label, task.methods, task.seeds) == ("kind", "kind", ("knn", "linear"), (0, 1, 2))
    assert {(ask.kind, ask.name, ask.subject) for ask in asks} == {
        ("task", method, space) for method in ("knn", "linear") for space in ("columns", "words")
    } | {("task_card", "", "")}
    assert "Not scored for every checkpoint yet." in said(page)
    assert "no task yet" not in said(page)


def test_methods_are_those_that_can_tell_the_column(world: World) -> None:
    dataset: Dataset = pipeline_of(world.study, world.cache).dataset()
    assert {"knn", "linear", "few_shot", "cluster", "retrieval"} <= set(fitting(dataset, "kind"))
    assert "similarity" not in fitting(dataset, "kind")
    assert "linear" in fitting(dataset, "size") and "cluster" not in fitting(dataset, "size")


def test_a_task_is_added_once_and_gains_methods_afterwards(world: World) -> None:
    study = read_study(world.study)
    first = with_task(study, task_from(study, "kind", ["knn"], "0, 1", ""))
    again = with_task(first, task_from(first, "kind", ["linear", "knn"], "0 1", ""))
    assert again.task == (TaskSpec(name="kind", label="kind", methods=("knn", "linear"), seeds=(0, 1)),)
    other = task_from(again, "kind", ["knn"], "7", "")
    assert other.name == "kind (2)" and len(with_task(again, other).task) == 2
    assert task_from(study, "is it/good?", ["knn"], "0", "").name == "is it_good_"
    for seeds in ("", "one", "-1", "1.5"):
        with pytest.raises(BadInput, match="are none; give up to 20 whole numbers"):
            task_from(study, "kind", ["knn"], seeds, "")
    with pytest.raises(BadInput, match="no method is chosen"):
        task_from(study, "kind", [], "0", "")


def test_how_a_task_is_split_is_said_from_what_the_study_says() -> None:
    files = TaskSpec(name="t", label="y", train="train.csv", test="test.csv", overlap="drop")
    assert how_split(files).startswith(
        "Learnt from train.csv, asked of test.csv; test texts that also stand in train are"
    )
    assert "are left out" in how_split(files) and "are kept" in how_split(replace(files, overlap="keep"))
    assert "Samples of one author stay on one side." in how_split(TaskSpec(name="t", label="y", group="author"))


def test_a_click_on_a_row_opens_the_map_of_its_checkpoint_in_the_colours_of_the_task(
    tuned: World, figures: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn_tables = {}
    monkeypatch.setattr(
        "ui.task_table.st.dataframe",
        lambda data, **rest: drawn_tables.update({rest.get("key"): {**rest, "data": data}}),
    )
    drawn("fine_tuning", tasks=("sort",))
    heard = drawn_tables["scores.table"]
    names = list(heard["data"]["", "checkpoint"])
    monkeypatch.setattr("ui.state.rows_chosen", lambda key: [names.index("words")])
    changed: dict[str, object] = {}
    monkeypatch.setattr("ui.state.change", lambda **given: changed.update(given))
    monkeypatch.setattr("ui.state.remember", lambda name, value: changed.update({name: value}))
    heard["on_select"]()
    assert changed == {"space": "words", "colour": "kind", "landing": "map"}


def test_a_score_that_is_finished_while_the_page_is_drawn_is_not_missed(
    unscored: World, monkeypatch: pytest.MonkeyPatch, figures: dict[str, object]
) -> None:
    pipeline = pipeline_of(unscored.study, unscored.cache)
    done: list[Ask] = []

    def late(*rest: object) -> None:
        if not done:
            done.extend(task_asks(pipeline))
            for ask in done:
                pipeline.make(ask)

    monkeypatch.setattr("ui.task_splits.draw", late)
    assert "On “sort”, " in said(drawn("fine_tuning"))


def test_metrics_without_a_task_stand_beside_the_spaces(
    scored: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pets.csv", "runs.csv"):
        shutil.copy(scored.study.parent / name, tmp_path / name)
    study = tmp_path / "pets.toml"
    before, _, after = scored.study.read_text().partition("[[task]]")
    study.write_text(before + "[[metrics]]" + after.partition("[[metrics]]")[2])
    shutil.copytree(scored.cache, tmp_path / "cache")
    pipeline_of(study, tmp_path / "cache").make(Ask("metrics", "csv", other="runs.csv"))
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        page = drawn("fine_tuning")
        assert ("space", "f1 on sort, read(csv)") in scores_in(page) and "This study has no task yet." in said(page)
