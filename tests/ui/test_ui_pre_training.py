"""The page of pre-training: recipe, what became of each checkpoint, curves, and sections added and removed."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.figures.training import training_figure
from analysis.jobs import Job
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.pretraining import made_in, pretraining_recipe
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.run import open_study
from analysis.series.pretrained import LOSSES, curves_of, finding, outcomes, runs_of, said, smoothed
from analysis.study import CheckpointSpec
from models.errors import BadInput
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, raw
from tests.ui.test_ui_pages import said as words_of
from tests.unit.test_pretraining_study import BASE, LINKS, ROWS, SIPT, pipeline_of, study_of
from ui import opened, startup, untrained, work
from ui.pretraining_form import weights_from
from ui.pretraining_offer import free_name, starts, with_section

NAME = "sipt(weight={},seed={})"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.csv").write_text(ROWS)
    (tmp_path / "links.csv").write_text(LINKS)
    return tmp_path


def keep(pipeline: Pipeline, name: str, losses: list[float], *, structure: float | None, notes: tuple[str, ...] = ()):
    """Put the outcome of a training that was never run into the store."""
    none = Number(value=None, why="With weight 0 there is no structure-inducing loss.")
    numbers = {
        "masked_lm_loss": Number(value=losses[-1], n=4),
        "masked_accuracy": Number(value=0.25, n=4),
        "structure_loss": none if structure is None else Number(value=structure, n=4),
    }
    rows = [{"part": "head", "step": 1, "loss": 9.0, "masked": 9.0}]
    rows += [{"part": "all", "step": at, "loss": one, "masked": one} for at, one in enumerate(losses, 1)]
    curves = pd.DataFrame(rows).assign(right=0.1, structure=structure, tokens=10, seconds=6.0)
    content, arrays, tables = result_to_parts(Result(numbers, {"curves": curves}, notes=notes))
    recipe = pretraining_recipe(pipeline, Ask("pretraining", name))
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=1.0)


def with_two_made(folder: Path) -> Pipeline:
    pipeline = pipeline_of(folder, BASE, SIPT | {"weight": [0.0, 0.1], "seeds": [0, 1], "steps": 100})
    keep(pipeline, NAME.format("0.0", 0), [4.0, 3.0, 2.0], structure=None)
    note = "Collapsed: its contrastive loss ended at half its margin (10)."
    keep(pipeline, NAME.format("0.1", 0), [5.0, 3.0, 1.0], structure=5.0, notes=(note,))
    return pipeline


def test_what_became_of_each_checkpoint_is_told_with_its_last_losses(folder: Path) -> None:
    pipeline = with_two_made(folder)
    runs = runs_of(pipeline, pipeline.study.pretraining[1])
    table = outcomes(runs).set_index("checkpoint")
    assert table["state"].tolist() == ["made", "not made", "collapsed", "not made"]
    assert table["masked-LM loss"].tolist()[::2] == [2.0, 1.0]
    assert table["structure-inducing loss"].isna().tolist() == [True, True, False, True]
    assert said(runs) == "2 of 4 checkpoints are made, 1 collapsed."


def test_curves_have_every_step_of_the_training_and_no_step_of_a_head_alone(folder: Path) -> None:
    pipeline = with_two_made(folder)
    section = pipeline.study.pretraining[1]
    curves = curves_of(runs_of(pipeline, section))
    assert curves["masked"].tolist() == [4, 3, 2, 5, 3, 1] and curves["step"].tolist() == [1, 2, 3] * 2
    assert smoothed(curves, section.steps)["masked"].tolist() == [4, 3.5, 2.5, 5, 4, 2]  # of two steps: 100 / 50
    title = finding(section, curves)
    assert (
        title == "sipt: language-model loss 2.00 at λ = 0 and 1.00 at λ = 0.1; structure-inducing loss 5.00 at λ = 0.1"
    )
    colors = {"λ = 0": "#111111", "λ = 0.1": "#222222"}
    figure = training_figure(curves, colors, title=title, panels=LOSSES)
    assert [trace.name for trace in figure.data] == ["λ = 0", "λ = 0.1", "λ = 0.1"]


def test_a_run_that_is_at_it_says_its_step(folder: Path) -> None:
    pipeline = with_two_made(folder)
    (run,) = [one for one in runs_of(pipeline, pipeline.study.pretraining[1]) if one.ask.name == NAME.format("0.1", 1)]
    points = pd.DataFrame({"part": ["head", "all", "all"], "step": [1, 1, 2], "seconds": 1.0})
    assert replace(run, curve=points).state == "step 2 of 100"
    assert replace(run, curve=points[:1]).state == "its head is trained first"


def dumped(folder: Path, *sections: dict[str, object], **more: object) -> World:
    from analysis.study_file import dump_study, study_from

    (folder / "study.toml").write_text(dump_study(study_from(study_of(*sections, **more))))
    open_study(folder / "study.toml", cache=folder / "cache").dataset()
    return World(folder / "study.toml", folder / "cache")


def test_the_page_shows_recipe_state_price_and_known_methods(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = dumped(folder, BASE, SIPT | {"weight": [0.0, 0.1], "seeds": [0, 1], "steps": 100})
    with_two_made(folder)
    for _ in started(world, monkeypatch):
        page = drawn("pre_training")
        words = words_of(page)
        assert "2 of 4 checkpoints are made, 1 collapsed." in words and "half its margin" in words
        priced = [button.label.partition(" · about ")[0] for button in page.button if "about" in button.label]
        assert priced == ["Train what is missing", "Train what is missing", "Train"]
        cards = page.dataframe[2].value
        assert cards["structure"].tolist() == ["–", "explicit, deep"] and cards["λ"].tolist() == [0.0, 0.1]
        assert "SimCSE" in page.dataframe[-1].value["method"].tolist()


def at_work_on(name: str, folder: Path) -> Job:
    asks = (Ask("pretraining", name),)
    return Job("x", folder, "a training", "running", 0, 1, "", started=0.0, updated=0.0, asks=asks)


def test_a_map_of_a_checkpoint_that_is_not_made_says_what_is_still_to_come(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = dumped(folder, BASE, SIPT | {"weight": [0.0, 0.1], "seeds": [0], "steps": 100})
    name = NAME.format("0.1", 0)
    for _ in started(world, monkeypatch):
        page = drawn("side_by_side", right_space=name)
        assert f"{name} is not trained yet; this trains it first" in words_of(page)
        assert any(one.label.startswith("Compute both maps and how alike they are · ") for one in page.button)
        assert f"{name} · not trained yet" in [one.options for one in page.selectbox if one.label == "Space"][1]
        pipeline = opened.pipeline_of(*opened.first_study(startup.options()))
        monkeypatch.setattr(work, "jobs_of", lambda pipeline: [at_work_on(name, folder)])
        assert untrained.sentence(pipeline, name) == f"{name} is in training; this waits for it. "
        made = "sipt(weight=0.0,seed=0)"
        keep(pipeline, made, [3.0], structure=None)
        assert untrained.sentence(pipeline, made) == ""


def test_a_training_of_an_encoder_decoder_says_what_it_learnt_and_leads_to_before_and_after(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = {"name": "set", "objective": "set", "architecture": "t5-tiny", "seeds": [0], "steps": 100, "keep": [0]}
    world = dumped(folder, section)
    pipeline = pipeline_of(folder, section)
    name = "set(weight=0.0,seed=0)"
    for right, hint in ((0.04, "; it has not learnt its task yet: give it more steps."), (0.9, ".")):
        numbers = {"token_loss": Number(value=5.0, n=4), "token_accuracy": Number(value=right, n=4)}
        curve = pd.DataFrame({"part": "all", "step": [50, 100], "loss": 5.0, "masked": 5.0, "right": right})
        curve = curve.assign(structure=None, tokens=10, seconds=1.0)
        content, arrays, tables = result_to_parts(Result(numbers, {"curves": curve}))
        recipe = pretraining_recipe(pipeline, Ask("pretraining", name))
        pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=1.0)
        runs = runs_of(pipeline_of(folder, section), pipeline.study.pretraining[0])
        assert (
            said(runs)
            == f"1 of 1 trainings are made. {right:.0%} of the tokens of held-out records are told right{hint}"
        )
        shutil.rmtree(pipeline.store.folder(recipe)) if hint != "." else None
    assert finding(pipeline.study.pretraining[0], curves_of(runs)).startswith("set: loss of a token 5.00; share")
    for _ in started(world, monkeypatch):
        page = drawn("pre_training")
        next(one for one in page.button if one.label == "Before training and after it, side by side").click().run()
        view = page.session_state["anchorage"].view
        assert (view.space, view.right_space) == ("set(step=0,weight=0.0,seed=0)", name)


def test_the_section_that_a_job_is_at_stands_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = dumped(folder, BASE, SIPT | {"seeds": [0], "steps": 100}, SIPT | {"name": "later", "seeds": [0]})
    for _ in started(world, monkeypatch):
        assert sections(drawn("pre_training"))[-2:] == ["sipt", "later"]
        pipeline = opened.pipeline_of(*opened.first_study(startup.options()))
        name = next(name for name, made in made_in(pipeline).items() if made.section.name == "later")
        at_it = at_work_on(name, folder)
        monkeypatch.setattr(work, "jobs_of", lambda pipeline, at_it=at_it: [at_it])
        monkeypatch.setattr("ui.panel.progress", lambda job, place: None)
        assert sections(drawn("pre_training"))[0] == "later"


def sections(page) -> list[str]:
    return re.findall(r'<p class="an-lead">(.*?)</p>', raw(page))


def test_a_section_is_added_to_the_study_of_the_session_and_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in started(dumped(folder, BASE), monkeypatch):
        page = drawn("pre_training")
        page.text_input(key="pretraining.weights").input("0 x").run()
        assert "weights '0 x' are none" in words_of(page)
        page.text_input(key="pretraining.weights").input("0 0.2").run()
        page.text_input(key="pretraining.seeds").input("0").run()
        page.button(key="pretraining.add").click().run()
        assert sections(page) == ["base", "sipt"]
        assert page.dataframe[3].value["checkpoint"].tolist() == [NAME.format("0.0", 0), NAME.format("0.2", 0)]
        page.button(key="pretraining.remove.sipt").click().run()
        assert sections(page) == ["base"]


def test_every_setting_can_be_given_and_what_is_left_empty_is_as_usual(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in started(dumped(folder, BASE), monkeypatch):
        page = drawn("pre_training")
        page.toggle(key="pretraining.all").set_value(True).run()
        assert page.number_input(key="pretraining.lr").placeholder == "5e-05"
        page.number_input(key="pretraining.lora").set_value(4).run()
        assert page.number_input(key="pretraining.lr").placeholder == "0.0005"
        page.number_input(key="pretraining.lr").set_value(2e-4)
        page.number_input(key="pretraining.batch").set_value(8)
        page.number_input(key="pretraining.margin").set_value(5.0)
        page.selectbox(key="pretraining.pooling").set_value("cls").run()
        page.button(key="pretraining.add").click().run()
        made = page.session_state["anchorage"].study.pretraining[1]
        assert (made.lora, made.lr, made.batch, made.margin, made.pooling) == (4, 2e-4, 8, 5.0, "cls")
        assert (made.max_length, made.head_steps, made.without, made.weights) == (128, 200, "", (0.0, 0.1, 0.5))


def test_a_section_whose_start_was_removed_can_be_removed_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [{"name": "words", "family": "tfidf"}]
    for _ in started(dumped(folder, {**SIPT, "start": "gone"}, checkpoint=words), monkeypatch):
        page = drawn("pre_training")
        assert "starts from 'gone'" in words_of(page)
        page.button(key="pretraining.remove.sipt").click().run()
        assert "The study itself trains nothing yet" in words_of(page)


def test_a_section_that_cannot_be_made_is_refused_at_the_form(folder: Path) -> None:
    study = pipeline_of(folder, BASE).study
    assert starts(study) == ["base(weight=0.0,seed=0)", "random"]
    again = study.pretraining[0]
    given = CheckpointSpec(name="sipt(weight=0.0,seed=0)", model="x", series="sipt")
    assert (free_name(study), free_name(replace(study, checkpoint=(given,)))) == ("sipt", "sipt 2")
    with pytest.raises(BadInput, match="already"):
        with_section(study, again)
    with pytest.raises(BadInput, match="not allowed"):
        with_section(study, replace(again, name="a/b"))
    with pytest.raises(BadInput, match="weights 'none' are none"):
        weights_from("none")
