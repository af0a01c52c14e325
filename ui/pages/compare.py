"""Compare: every two spaces of the study, one measure at a time; a cell opens the pair."""

from dataclasses import replace

import streamlit as st

from analysis.keys import comparison_of
from analysis.pipeline import Pipeline
from analysis.plan import pairs_of
from analysis.registry import comparisons
from analysis.series.matrix import matrices
from ui import matrix_view, opened, panel, samples_panel, state, words

QUESTION = "How alike are the spaces of the same samples, and is it more than chance?"


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    st.header("Compare")
    words.quiet(QUESTION)
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    names = [space.name for space in pipeline.spaces()]
    if len(names) < 2:
        words.note("There is one space here. Add a checkpoint, or more layers of it, under Change.")
        return
    asks = pairs_of(pipeline)
    usual = [number for name in comparison_of(pipeline.study).measures for number in _numbers(pipeline, name)]
    others = [number for name in comparisons() for number in _numbers(pipeline, name) if number not in usual]
    st.selectbox(
        "Measure", [*usual, *others], format_func=_title, width=320, **state.bound("measure", [*usual, *others])
    )
    chosen = state.view().measure or usual[0]
    if chosen in others:
        asks = [replace(ask, name=chosen.partition("@")[0]) for ask in asks]
    panel.offer(pipeline, asks, f"Not compared for every two spaces yet. {QUESTION}", button="Compare")
    found = matrices(pipeline, asks).get(chosen)
    if found is not None:
        matrix_view.draw(pipeline, asks, found)


def _numbers(pipeline: Pipeline, measure: str) -> list[str]:
    ks = comparison_of(pipeline.study).ks
    return [f"{measure}@{k}" for k in ks] if comparisons()[measure].at_k else [measure]


def _title(number: str) -> str:
    name, _, k = number.partition("@")
    return comparisons()[name].title + (f", k = {k}" if k else "")
