"""Compare: every two spaces of the study, one measure at a time; a cell opens the pair."""

from dataclasses import replace

import streamlit as st

from analysis.dataset import Dataset
from analysis.keys import comparison_of
from analysis.pipeline import Pipeline
from analysis.plan import pairs_of
from analysis.registry import comparisons
from analysis.series.matrix import matrices, title_of
from ui import matrix_view, panel, samples_panel, state, words

QUESTION = "How alike are the spaces of the same samples, and is it more than chance?"


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Compare", QUESTION)
    if dataset is None:
        return
    names = [space.name for space in pipeline.spaces()]
    if len(names) < 2:
        words.note("There is one space here. Add a checkpoint, or more layers of it, under Change.")
        return
    asks = pairs_of(pipeline)
    if not asks:
        words.note("The study leaves comparisons out: its `analyses`, or [comparison], name no measure or no pair.")
        return
    usual = [number for name in comparison_of(pipeline.study).measures for number in _numbers(pipeline, dataset, name)]
    others = [number for name in comparisons() for number in _numbers(pipeline, dataset, name) if number not in usual]
    numbers = [*usual, *others]
    st.selectbox("Measure", numbers, format_func=title_of, width=320, **state.bound("measure", numbers))
    chosen = state.view().measure if state.view().measure in numbers else numbers[0]
    if chosen in others:
        asks = [replace(ask, name=chosen.partition("@")[0]) for ask in asks]
    panel.offer(pipeline, asks, f"Not compared for every two spaces yet. {QUESTION}", button="Compare")
    found = matrices(pipeline, asks).get(chosen)
    if found is not None:
        matrix_view.draw(pipeline, asks, found)


def _numbers(pipeline: Pipeline, dataset: Dataset, measure: str) -> list[str]:
    """What a measure gives here: one number, or one for each k that there are neighbours for."""
    ks = [k for k in comparison_of(pipeline.study).ks if k < len(dataset)]
    return [f"{measure}@{k}" for k in ks] if comparisons()[measure].at_k else [measure]
