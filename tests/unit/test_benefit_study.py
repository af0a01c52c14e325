"""[benefit] in a study: what is asked, found under the keys of the reproduction, and said in numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.benefit_asks import ASK, benefit_asks, cells_of, make_benefit, numbers_of, plan_of, seconds_left, so_far
from analysis.benefit_given import given
from analysis.figures.benefit import benefit_figure
from analysis.laboratory import BenefitSpec
from analysis.pipeline import Pipeline
from analysis.progress import silent
from analysis.reproductions import synthetic_command
from analysis.reproductions.induced import induced, shape_of, space_of, spaces_of
from analysis.reproductions.synthetic import NATURAL, Run, finetunings, recipe_of, tunings
from analysis.rows import number_rows
from analysis.spreadsheet import write_csv
from analysis.store import Store
from analysis.study import Study
from models.errors import BadInput
from models.place import Place

SCORES = {"random": 0.3, "statistics": 0.31, "set": 0.6, NATURAL: 0.8}


def keep(store: Store, spec: BenefitSpec, task: str = "rewrite", gap: float = 1.0) -> None:
    """Put made-up runs of a task with low data into a store."""
    plan, rng = plan_of(spec), np.random.default_rng(0)
    for run in tunings(plan, "low", [task]):
        store.put(recipe_of(run, plan, store), content={"dev": run.rate, "curve": []}, seconds=1.0)
    for run in finetunings(plan, "low", [task]):
        score = 0.3 + gap * (SCORES[run.way] - 0.3) + run.seed / 1000
        curve = [{"step": step, "held_right": score * step / 100} for step in (50, 100)]
        test = dict.fromkeys(("token_accuracy", "token_f1", "exact_match", "rouge_l"), score)
        before = rng.standard_normal((60, 8)).astype(np.float32)
        arrays = {"before": before, "after": before @ np.diag([9, 1, 1, 1, 0.1, 0.1, 0.1, 0.1]).astype(np.float32)}
        said = {"test": test, "curve": curve, "rate": 0.03}
        store.put(recipe_of(run, plan, store), content=said, arrays=arrays, seconds=1.0)


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    found = Pipeline(Study(benefit=BenefitSpec()), Place(tmp_path), Store(tmp_path / "cache"))
    keep(found.store, found.study.benefit or BenefitSpec())
    keep(found.store, found.study.benefit or BenefitSpec(), "name", gap=0.1)
    return found


def test_a_study_with_the_section_asks_for_the_matrix_and_names_must_be_known() -> None:
    assert benefit_asks(Study(benefit=BenefitSpec())) == [ASK]
    plan = plan_of(BenefitSpec(methods=("set",), seeds=(4,)))
    assert plan.ways == {"low": ("random", "set", NATURAL), "full": ("random", "set", NATURAL)} and plan.seeds == (4,)
    with pytest.raises(BadInput, match="'sett'; did you mean 'set'"):
        plan_of(BenefitSpec(methods=("sett",)))
    with pytest.raises(BadInput, match=r"size of .* is 'smal'.*'small'"):
        plan_of(BenefitSpec(size="smal"))


def test_what_is_there_so_far_is_drawn_and_a_cell_that_does_not_count_has_no_benefit(pipeline: Pipeline) -> None:
    plan = plan_of(BenefitSpec())
    table = so_far(plan, pipeline.store)
    assert len(table) == 4 * 2 * 3
    numbers = numbers_of(table)
    assert numbers["benefit|set|rewrite"].value == pytest.approx(0.6) and numbers["benefit|set|rewrite"].n == 3
    assert numbers["denominator|set|rewrite"].value == pytest.approx(0.5)
    flagged = numbers["benefit|set|name"]
    assert flagged.value is None and "5.0 points over random" in flagged.why
    cells = cells_of(table)
    one = cells[cells["metric"] == "token_accuracy"]
    figure = benefit_figure(one, called="token accuracy", regime="low data")
    assert "on 1 task: set 0.60, statistics" in figure.layout.title.text.replace("<br>", " ")
    known = np.array(figure.data[0].z, float)
    tasks = list(figure.data[0].x)
    assert np.isnan(known[:, tasks.index("name")]).all() and np.isfinite(known[:, tasks.index("rewrite")]).all()
    flat = benefit_figure(one.assign(benefit=np.nan, counts=False), called="exact match", regime="low data")
    assert np.isnan(np.array(flat.data[0].z, float)).all() and (np.array(flat.data[1].z, float) == 0).all()  # grey
    assert one.set_index(["way", "task"]).loc[("random", "rewrite"), "steps to random's end"] != 0


def test_the_matrix_is_kept_and_its_numbers_are_rows(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic_command, "parts_of", lambda plan, store, say: [])
    recipe = pipeline.recipe(ASK)
    assert recipe is not None
    make_benefit(pipeline, ASK, recipe, silent)
    rows = number_rows(pipeline, [ASK])
    assert set(rows["number"]) == {"score", "benefit", "denominator"} and set(rows["analysis"]) == {"benefit"}
    mine = rows[(rows["subject"] == "set") & (rows["other"] == "rewrite")].set_index("number")
    assert mine.loc["benefit", "low"] <= mine.loc["benefit", "value"] <= mine.loc["benefit", "high"]
    assert {"runs", "curves", "cells", "spaces"} == set(pipeline.find(ASK).tables)


def written(folder: Path, pipeline: Pipeline, *, spaces: bool = False) -> Path:
    """What `reproduce synthetic --out` writes of the runs of a pipeline."""
    plan = plan_of(BenefitSpec())
    table = so_far(plan, pipeline.store)
    write_csv(table, folder / "synthetic.csv")
    if spaces:
        write_csv(spaces_of(table, plan, pipeline.store), folder / "synthetic_spaces.csv")
    return folder / "synthetic.csv"


def test_a_matrix_made_elsewhere_is_read_and_nothing_is_run(pipeline: Pipeline, tmp_path: Path) -> None:
    written(tmp_path, pipeline, spaces=True)
    study = Study(benefit=BenefitSpec(runs="synthetic.csv"))
    other = Pipeline(study, Place(tmp_path), Store(tmp_path / "other"))
    other.make(ASK)
    assert seconds_left(other) == 0
    other_rows, rows = number_rows(other, [ASK]), numbers_of(so_far(plan_of(BenefitSpec()), pipeline.store))
    assert other_rows["value"].astype(float).tolist() == pytest.approx(
        [np.nan if number.value is None else number.value for number in rows.values()], nan_ok=True
    )
    found = other.find(ASK).tables
    assert len(found["spaces"]) == 2 * 24 and len(found["curves"]) == 2 * 24
    assert so_far(plan_of(BenefitSpec()), other.store).empty
    before = other.recipe(ASK).key
    (tmp_path / "synthetic_spaces.csv").unlink()
    assert len(given("synthetic.csv", other.place)[1]) == 0 and other.recipe(ASK).key != before


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("token_accuracy", "high", "token_accuracy of synthetic.csv is 'high'"),
        ("token_accuracy", None, "token_accuracy of synthetic.csv is ''"),
        ("steps", "50, 100", "give a list of numbers in brackets"),
        ("seed", "inf", "seed of synthetic.csv is .?inf.? in a row"),
        ("right", "[]", "give a list of numbers in brackets"),
        ("right", "[0.1, NaN]", "give a list of numbers in brackets"),
        ("steps", "[50]", "more steps than values or fewer"),
        ("regime", "middle", "give 'low' or 'full'"),
    ],
)
def test_a_table_that_is_no_matrix_is_refused(
    pipeline: Pipeline, tmp_path: Path, column: str, cell: object, said: str
) -> None:
    file = written(tmp_path, pipeline)
    table = pd.read_csv(file)
    table[column] = table[column].astype(object)
    table.loc[3, column] = cell
    table.to_csv(file, index=False)
    with pytest.raises(BadInput, match=said):
        given("synthetic.csv", pipeline.place)
    with pytest.raises(BadInput, match="no column 'right'"):
        table.drop(columns="right").to_csv(file, index=False)
        given("synthetic.csv", pipeline.place)
    with pytest.raises(BadInput, match=r"nowhere\.csv"):
        given("nowhere.csv", pipeline.place)


def test_a_table_without_what_is_divided_by_is_refused(pipeline: Pipeline, tmp_path: Path) -> None:
    file = written(tmp_path, pipeline)
    table = pd.read_csv(file)
    table[(table["way"] != NATURAL) | (table["task"] != "name")].to_csv(file, index=False)
    with pytest.raises(BadInput, match="no run of natural on name, low data"):
        given("synthetic.csv", pipeline.place)
    table[:0].to_csv(file, index=False)
    with pytest.raises(BadInput, match=r"synthetic\.csv"):
        given("synthetic.csv", pipeline.place)


def test_the_induced_space_of_a_run_has_known_shape_and_likeness(pipeline: Pipeline) -> None:
    runs = [Run("set", "rewrite", "low", 0), Run(NATURAL, "rewrite", "low", 0)]
    found = induced(runs, plan_of(BenefitSpec()), pipeline.store).set_index(["when", "seed"])
    assert len(found) == 4 and found["n"].eq(60).all()
    after, before = found.loc["after fine-tuning"], found.loc["before fine-tuning"]
    assert (after["participation ratio"] < 2).all() and (before["participation ratio"] > 5).all()
    assert (before["CKA with natural"].iloc[1], after["CKA with natural"].iloc[1]) == (1.0, 1.0)
    assert abs(before["CKA with natural"].iloc[0]) < 0.2  # two unrelated clouds
    assert np.isnan(shape_of(space_of(np.ones((10, 3), np.float32)))).all()


def test_a_study_without_the_section_has_no_matrix(tmp_path: Path) -> None:
    lone = Pipeline(Study(benefit=BenefitSpec()), Place(tmp_path), Store(tmp_path / "cache"))
    assert so_far(plan_of(BenefitSpec()), lone.store).empty and lone.find(Ask("benefit")) is None
