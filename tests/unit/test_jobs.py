"""Jobs: they run elsewhere, say how far they are, die without taking anything along, and go on where they stopped."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import jobs
from analysis.ask import Ask
from analysis.described import pipeline_of
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study_file import parse_study
from models.place import Place

STUDY = """
k = 5
draws = 5
[dataset]
path = "t.csv"
numeric = ["a", "b"]
[[checkpoint]]
name = "columns"
family = "numeric"
"""
SPACE = Ask("space", subject="columns")


def world(folder: Path) -> Pipeline:
    rng = np.random.default_rng(0)
    pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"]).to_csv(folder / "t.csv", index=False)
    return Pipeline(parse_study(STUDY), Place(folder), Store(folder / "cache"))


def ended(job: jobs.Job, seconds: float = 60) -> jobs.Job:
    deadline = time.monotonic() + seconds
    while job.active or jobs._workers:
        assert time.monotonic() < deadline, f"still {job.state}: {job.message}"
        time.sleep(0.05)
        job = jobs.snapshot(job.folder)
    return job


def test_a_job_makes_what_it_was_asked_for(tmp_path):
    pipeline = world(tmp_path)
    assert pipeline.find(SPACE) is None
    job = ended(jobs.submit(pipeline, [SPACE]))
    assert job.state == "finished", job.message
    found = Pipeline(pipeline.study, pipeline.place, pipeline.store).find(SPACE)
    assert found.vectors.shape == (40, 2)


def test_bad_input_fails_the_job_with_its_sentence(tmp_path):
    pipeline = world(tmp_path)
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,x\n")
    job = ended(jobs.submit(Pipeline(pipeline.study, pipeline.place, pipeline.store), [SPACE]))
    assert job.state == "failed"
    assert "'x'" in job.message and "Traceback" not in job.message


def test_submitting_twice_joins_the_job_at_work(tmp_path):
    pipeline = world(tmp_path)
    with hold_device(pipeline):
        one, two = jobs.submit(pipeline, [SPACE]), jobs.submit(pipeline, [SPACE])
        assert one.key == two.key
        assert (one.folder / "pid").read_text() == (two.folder / "pid").read_text()
        assert jobs.snapshot(one.folder).state == "queued"
    assert ended(one).state == "finished"


def test_samples_are_read_beside_a_heavy_job(tmp_path):
    pipeline = world(tmp_path)
    with hold_device(pipeline):
        assert ended(jobs.submit(pipeline, [Ask("dataset")])).state == "finished"
    assert Pipeline(pipeline.study, pipeline.place, pipeline.store).find_dataset() is not None


def test_a_killed_worker_shows_as_failed_and_can_be_run_again(tmp_path):
    pipeline = world(tmp_path)
    with hold_device(pipeline):
        job = jobs.submit(pipeline, [SPACE])
        os.kill(int((job.folder / "pid").read_text()), signal.SIGKILL)
        job = ended(job)
    assert job.state == "failed"
    assert "killed" in job.message and "run it again" in job.message
    assert ended(jobs.submit(pipeline, [SPACE])).state == "finished"


def test_cancel_ends_the_job_and_nothing_else(tmp_path):
    pipeline = world(tmp_path)
    with hold_device(pipeline):
        job = jobs.submit(pipeline, [SPACE])
        jobs.cancel(job)
        assert jobs.snapshot(job.folder).state == "cancelled"
        jobs.cancel(job)
    assert [j.state for j in jobs.all_jobs(tmp_path / "cache")] == ["cancelled"]


def test_a_job_folder_with_rubbish_in_it_is_a_failed_job(tmp_path):
    folder = tmp_path / "cache" / "jobs" / "x"
    folder.mkdir(parents=True)
    (folder / "job.json").write_text("{}")
    (folder / "status.json").write_text("not json")
    assert jobs.all_jobs(tmp_path / "cache")[0].state == "failed"


def test_a_job_file_holds_all_that_its_pipeline_needs(tmp_path):
    pipeline = world(tmp_path)
    job = ended(jobs.submit(pipeline, [SPACE]))
    again = pipeline_of(json.loads((job.folder / "job.json").read_text()))
    assert again.study == pipeline.study and again.place == pipeline.place
    assert again.recipe(SPACE) == pipeline.recipe(SPACE)


class hold_device:
    """Keep every worker waiting for the device."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.folder = pipeline.store.root / "jobs"
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> None:
        self.lock = jobs._device(self.folder)

    def __exit__(self, *_: object) -> None:
        self.lock.close()


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
