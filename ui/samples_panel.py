"""The samples of the study: read by a job of their own when they are not there, which starts by itself."""

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from ui import opened, panel, state, uploads, words, work

READ = Ask("dataset")


def obtain(pipeline: Pipeline) -> Dataset | None:
    """The samples; where they are not read yet, a job reads them and the page says so."""
    dataset = pipeline.find_dataset() if pipeline.study.dataset else pipeline.dataset()  # which says that there is none
    if dataset is None:
        _read(pipeline)
        return None
    if pipeline.place.base.is_relative_to(opened.uploads_of(state.session())):
        uploads.check(dataset)
        uploads.touch(opened.uploads_of(state.session()))
    return dataset


def on_page(title: str, question: str) -> tuple[Pipeline, Dataset | None]:
    """Begin a page that is about the samples: its heading, its question, and the samples as `obtain` gets them."""
    pipeline = opened.pipeline()
    st.header(title)
    words.quiet(question)
    return pipeline, obtain(pipeline)


def with_items(pipeline: Pipeline) -> None:
    """Read what the encoders read (texts, images) where only ids and labels are at hand; it takes a job of seconds."""
    if pipeline.find(READ) is not None:
        return
    job = work.job_at(pipeline, [READ])
    if job is not None and not job.active:
        words.quiet(f"Texts and images are not here: {job.message}")
    elif job is None:
        work.start(pipeline, [READ], f"{pipeline.study.name}: reading the samples")
        st.rerun()


def label_of(dataset: Dataset) -> str:
    """The label column that is looked at: the one chosen, else the first; empty where there is none."""
    chosen = state.view().label
    return chosen if chosen in dataset.labels else (dataset.labels[0] if dataset.labels else "")


def _read(pipeline: Pipeline) -> None:
    job = work.job_at(pipeline, [READ])
    if job is None:
        job = work.start(pipeline, [READ], f"{pipeline.study.name}: reading the samples")
    if job.active:
        words.lead(f"Reading the samples of {pipeline.study.name}.")
        panel.progress(job, "samples")
        return
    words.trouble(job.message)
    st.button("Try again", key="samples.again", on_click=_again)
    words.quiet("Change the study at the left, or open another.")


def _again() -> None:
    opened.forget()  # the file may have been mended
    pipeline = opened.pipeline()
    work.start(pipeline, [READ], f"{pipeline.study.name}: reading the samples")
