"""A user's own pairs as tasks of the matrix, and the plan for a GPU."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.benefit_asks import ASK, benefit_recipe, plan_of, so_far, wanted_runs
from analysis.laboratory import BenefitSpec
from analysis.pipeline import Pipeline
from analysis.reproductions import synthetic, synthetic_command
from analysis.reproductions.own_pairs import OwnTask, check_fits, keep, own_tasks, with_own
from analysis.reproductions.synthetic import SMALL, TINY, Plan, Run, made, recipe_of
from analysis.reproductions.synthetic_data import data_kept
from analysis.store import Store
from analysis.study import Study
from models.errors import BadInput, Failed
from models.place import Place
from models.pretraining.sequence_model import SMALL as T5_SMALL
from tests.unit.test_reproductions_synthetic import small

__all__ = ["small"]

PAIRS = [f"turn {i} {i % 7} around\taround {i % 7} {i}" for i in range(160)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "turns.tsv").write_text("\n".join(PAIRS))
    return Place(tmp_path)


def test_a_file_is_a_task_under_its_name_whose_runs_change_with_what_it_holds(place: Place, tmp_path: Path) -> None:
    spec = BenefitSpec(pairs=("turns.tsv",))
    plan, store = plan_of(spec, place), Store(tmp_path / "cache", ())
    assert plan.tasks[-1] == "turns" and wanted_runs(plan) == wanted_runs(plan_of(BenefitSpec())) * 7 // 6

    def key(task: str, plan: Plan) -> str:
        return recipe_of(Run("random", task, rate=0.01), plan, store).key

    before = key("turns", plan), key("rewrite", plan)
    assert before[1] == key("rewrite", TINY)
    pipeline = Pipeline(Study(benefit=spec), place, store)
    whole = benefit_recipe(pipeline, ASK).key
    (place.base / "turns.tsv").write_text("\n".join(PAIRS[1:]))
    changed = plan_of(spec, place)
    assert key("turns", changed) != before[0] and key("rewrite", changed) == before[1]
    assert benefit_recipe(pipeline, ASK).key != whole


def test_its_pairs_are_fine_tuned_on_like_those_of_any_task(small: tuple[Plan, Store], place: Place) -> None:
    plan, store = small
    keep(["turns.tsv"], place, store)
    plan = replace(plan, own=own_tasks(["turns.tsv"], place), pairs={"low": 30, "full": 32})
    data = data_kept(store)
    assert data is not None
    pairs = with_own(data, plan.own, store).pairs
    mine = pairs[pairs["task"] == "turns"]
    assert len(mine) == 160 and set(mine["part"]) == {"train", "dev", "test"} and mine["input"].is_unique
    assert {f"{given}\t{target}" for given, target in zip(mine["input"], mine["target"], strict=True)} == set(PAIRS)
    parts = list(synthetic_command.parts_of(replace(plan, later=()), store, lambda said: None))
    assert set(parts[0]["task"]) == {"rewrite", "turns"} and (parts[0]["token_accuracy"] >= 0).all()
    found = so_far(replace(plan, later=()), store)
    assert set(found[found["task"] == "turns"]["way"]) == {"random", "set", synthetic.NATURAL}


def test_what_cannot_be_a_task_is_refused_in_a_sentence(small: tuple[Plan, Store], place: Place) -> None:
    _, store = small
    (place.base / "rewrite.tsv").write_text("a\tb\n")
    (place.base / "half.tsv").write_text("a\tb\nonly this\n")
    with pytest.raises(BadInput, match=r"called 'rewrite'; rename the file 'rewrite\.tsv'"):
        own_tasks(["rewrite.tsv"], place)
    with pytest.raises(BadInput, match="called 'turns'"):
        own_tasks(["turns.tsv", "turns.tsv"], place)
    with pytest.raises(BadInput, match=r"line 2 of 'half\.tsv'"):
        keep(["half.tsv"], place, store)
    with pytest.raises(BadInput, match="out"):
        own_tasks(["../elsewhere.tsv"], Place(place.base, (place.base,)))
    long = [f"{line} {'and on and on ' * 12}" for line in PAIRS]
    (place.base / "long.tsv").write_text("\n".join(line.replace("\t", f" {'so it goes ' * 12}\t") for line in long))
    data = data_kept(store)
    assert data is not None
    keep(["long.tsv"], place, store)
    tasks = own_tasks(["long.tsv"], place)
    with pytest.raises(BadInput, match=r"0 pairs of 'long' fit in 96 tokens of input and 48 of target .* 20 are asked"):
        check_fits(with_own(data, tasks, store), tasks, synthetic.CUT)
    with pytest.raises(Failed, match="run again to read them"):
        with_own(data, [OwnTask("gone", "0" * 64)], store)


def test_the_plan_for_a_gpu_is_t5_small_with_the_papers_rate_and_keys_of_its_own(
    small: tuple[Plan, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, store = small
    run = Run("set")
    assert recipe_of(run, SMALL, store).key != recipe_of(run, replace(TINY, pretraining=SMALL.pretraining), store).key
    shape = synthetic._shape(SMALL)
    assert (shape.width, shape.layers, shape.vocabulary) == (T5_SMALL.width, 6, 1_024)
    monkeypatch.setattr("models.pretraining.sequence_model.SIZES", {"t5-small": synthetic._shape(TINY)})
    synthetic.make(run, replace(plan, shape="t5-small"), store)
    folder = synthetic.folder_of("set", replace(plan, shape="t5-small"), store)
    course = pd.read_json(folder / "recipe.json", typ="series")["course"]
    assert (course["schedule"], course["rate"], course["batch"]) == ("inverse_root", 0.01, 128)
    assert next(iter(made([run], replace(plan, shape="t5-small"), store)))[1] is not None
