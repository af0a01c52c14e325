"""The page that every question about one space shares: its numbers for all spaces, figures and tables for one."""

from collections.abc import Sequence
from itertools import chain

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.plugin import Analysis
from analysis.registry import analyses
from analysis.result import Result
from analysis.uncertainty import how_made
from ui import answer_panel, controls, panel, samples_panel, state, words
from ui.findings import Finding
from ui.numbers import BANDLESS, STRIP, lines, meanings, spans_of


def page(name: str) -> None:
    """Draw the page of the analysis called `name`."""
    analysis = analyses()[name]
    pipeline, dataset = samples_panel.on_page(analysis.title, analysis.question)
    if dataset is None:
        return
    columns, label = analysis.columns(dataset.labels), ""
    if not columns:
        words.note("The samples have no label column, so this question has no answer here.")
        return
    if any(columns):
        label = samples_panel.label_of(dataset)
        if len(dataset.labels) > 1:
            st.segmented_control(
                "Label", dataset.labels, format_func=words.literal, **state.bound("label", dataset.labels)
            )
    params = controls.ask(analysis.params, name)
    asks = [Ask("analysis", name, space.name, label, params) for space in pipeline.spaces()]
    left, right = st.columns([2, 1], gap="large")
    with left:
        panel.offer(pipeline, asks, f"Not computed for every space yet. {analysis.question}")
        _answer_of_one(pipeline, dataset, analysis, asks)
    with right:
        _numbers(pipeline, analysis, asks)


def _answer_of_one(pipeline: Pipeline, dataset: Dataset, analysis: Analysis, asks: Sequence[Ask]) -> None:
    there = {ask.subject: ask for ask in asks if pipeline.find(ask) is not None}
    if not there:
        return
    names = list(there)
    if len(names) > 1:
        st.selectbox("Figure of", names, width=320, **state.bound("space", names))
    ask = there.get(state.view().space, there[names[0]])
    answer_panel.draw(pipeline, dataset, analysis, ask, pipeline.make(ask))


def _numbers(pipeline: Pipeline, analysis: Analysis, asks: Sequence[Ask]) -> None:
    """The numbers of every space that are there, on one scale for each name."""
    results = {ask.subject: pipeline.find(ask) for ask in asks}
    found = {subject: _findings(analysis, result) for subject, result in results.items() if result is not None}
    spans = spans_of(chain(*found.values()))
    for subject, mine in found.items():
        st.html(f'<p class="an-title">{words.escaped(subject)}</p>{lines(mine, spans, with_chance=True)}')
    if found:
        st.html(meanings(chain(*found.values())))
        judged = any(one.number is not None and one.number.low is not None for one in chain(*found.values()))
        if analysis.reading:
            words.quiet(analysis.reading)
        if judged:
            words.quiet(f"{STRIP if analysis.null else BANDLESS} {how_made(analysis)}")


def _findings(analysis: Analysis, result: Result) -> list[Finding]:
    return [
        Finding(analysis.name, name.replace("_", " "), analysis.describe.get(name.split("@")[0], ""), number)
        for name, number in result.numbers.items()
    ]
