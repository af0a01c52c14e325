"""The page of jobs: the way back to the study that a job is of."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.ask import Ask
from analysis.described import described
from analysis.jobs import Job
from analysis.pipeline import Pipeline
from analysis.study_file import study_key
from models.place import Place
from tests.ui.test_ui_pages import drawn
from ui import opened, startup, work


def finished(pipeline: Pipeline, name: str, base: Path) -> None:
    """Leave a job that ended, of a study of another name over the same samples."""
    study = replace(pipeline.study, name=name)
    folder = pipeline.store.root / "jobs" / name
    folder.mkdir(parents=True)
    job = described(Pipeline(study, Place(base), pipeline.store))
    job |= {"title": f"{name}: sipt", "key": study_key(study), "asks": [Ask("pretraining", "sipt").to_json()]}
    (folder / "job.json").write_text(json.dumps(job))
    (folder / "status.json").write_text(json.dumps({"state": "finished", "updated": 1.0}))


@pytest.fixture
def pipeline(world) -> Pipeline:
    found: Pipeline = opened.pipeline_of(*opened.first_study(startup.options()))
    return found


def test_a_job_of_another_study_leads_to_it(pipeline):
    finished(pipeline, "another", pipeline.place.base)
    finished(pipeline, pipeline.study.name, pipeline.place.base)
    page = drawn("jobs")
    (way,) = [one for one in page.button if one.label == "Open its study"]  # the other job is of the study that is open
    way.click().run()
    assert page.session_state["anchorage"].study.name == "another"


def test_the_dialog_that_opens_studies_has_those_that_were_lately_computed(pipeline):
    finished(pipeline, "another", pipeline.place.base)
    finished(pipeline, pipeline.study.name, pipeline.place.base)

    def script():
        from ui import open_dialog, opened, state

        state.begin(opened.first_session)
        open_dialog._recent()

    page = AppTest.from_function(script, default_timeout=60).run()
    (button,) = page.button
    assert button.label.startswith("another · ") and button.label.endswith(" ago")
    button.click().run()
    assert page.session_state["anchorage"].study.name == "another"


def test_a_job_that_ended_leads_to_what_it_made(pipeline):
    finished(pipeline, pipeline.study.name, pipeline.place.base)
    page = drawn("jobs")
    next(one for one in page.button if one.label == "Look at it").click().run()
    assert page.session_state["kept.landing"] == "pre_training"


def test_what_a_job_makes_stands_on_one_page_or_on_the_overview(tmp_path):
    def page(*asks: Ask) -> str:
        return work.page_of(Job("x", tmp_path, "", "finished", 1, 1, "", started=0.0, updated=0.0, asks=asks))

    drawing, spread = Ask("projection", "pca", "a"), Ask("analysis", "spectrum", "a")
    assert page(drawing, replace(drawing, kind="regions")) == "map"
    assert (page(spread), page(drawing, spread), page(Ask("dataset"))) == ("spectrum", "overview", "overview")
    assert page(Ask("pretraining", "x"), drawing) == "pre_training"
    assert all(find_spec(f"ui.pages.{one}") for one in work.PAGES.values())


def test_a_job_over_a_folder_that_may_not_be_read_leads_nowhere_and_says_so(pipeline, tmp_path):
    finished(pipeline, "another", tmp_path.parent / "elsewhere")
    page = drawn("jobs")
    next(one for one in page.button if one.label == "Open its study").click().run()
    assert page.session_state["anchorage"].study.name == pipeline.study.name
    assert "may not read; start it with --root FOLDER" in page.session_state["anchorage"].complaint
