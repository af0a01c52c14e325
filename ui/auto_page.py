"""The page that every question about one space shares: its numbers for all spaces, and its figure for one."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.figures.palette import Theme
from analysis.figures.theme import dressed
from analysis.figures.words import plain
from analysis.pipeline import Pipeline
from analysis.plugin import Analysis
from analysis.registry import analyses
from analysis.report import file_name
from analysis.result import Result
from analysis.uncertainty import how_made
from ui import controls, export, opened, panel, plot, samples_panel, state, style, words
from ui.findings import Finding
from ui.numbers import BANDLESS, STRIP, lines, meanings, spans_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 460  # pixels of a figure that has no height of its own


def page(name: str) -> None:
    """Draw the page of the analysis called `name`."""
    analysis, pipeline = analyses()[name], opened.pipeline()
    st.header(analysis.title)
    words.quiet(analysis.question)
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    columns, label = analysis.columns(dataset.labels), ""
    if not columns:
        words.note("The samples have no label column, so this question has no answer here.")
        return
    if any(columns):
        label = samples_panel.label_of(dataset)
        if len(dataset.labels) > 1:
            st.segmented_control("Label", dataset.labels, **state.bound("label", dataset.labels))
    params = controls.ask(analysis.params, name)
    asks = [Ask("analysis", name, space.name, label, params) for space in pipeline.spaces()]
    left, right = st.columns([2, 1], gap="large")
    with left:
        panel.offer(pipeline, asks, f"Not computed for every space yet. {analysis.question}")
        _figure_of_one(pipeline, analysis, asks)
    with right:
        _numbers(pipeline, analysis, asks)


def _figure_of_one(pipeline: Pipeline, analysis: Analysis, asks: Sequence[Ask]) -> None:
    there = {ask.subject: ask for ask in asks if pipeline.find(ask) is not None}
    if not there:
        return
    names = list(there)
    if len(names) > 1:
        st.selectbox("Figure of", names, width=320, **state.bound("space", names))
    ask = there.get(state.view().space, there[names[0]])
    _figure(pipeline, analysis, ask, pipeline.make(ask))


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


def _figure(pipeline: Pipeline, analysis: Analysis, ask: Ask, result: Result) -> None:
    reasons = {number.why for number in result.numbers.values()}
    if all(number.value is None for number in result.numbers.values()):
        words.note(" ".join(sorted(reasons)))
        return
    key, name = f"figure.{analysis.name}", file_name(analysis.name, ask.subject, ask.other)

    def on(paper: Theme) -> "go.Figure":
        figure = dressed(analysis.figure(result), paper)
        return figure.update_layout(height=figure.layout.height or HEIGHT)

    drawn, saving = on(style.theme()), export.saving(pipeline, [ask], key)
    paper = None if saving is None else saving.paper
    plot.draw(
        drawn,
        key=key,
        name=name,
        on_event=lambda event: export.ask_for(key, event.format),
        saving=saving,
        printed=None if paper in (None, style.theme()) else on(paper),
    )
    export.figure(
        pipeline,
        [ask],
        lambda: on("light"),
        dark=lambda: on("dark"),
        key=key,
        name=name,
        data=lambda: _main_table(result),
    )
    title = (drawn.layout.title.text or "").replace("<br>", " ")
    for sentence in [*result.notes, *sorted(reasons - {""})]:
        if plain(sentence) not in title:  # said already
            words.quiet(sentence)
    for heading, table in result.tables.items():
        with st.expander(heading.replace("_", " ")):
            st.dataframe(table, hide_index=True)


def _main_table(result: Result) -> pd.DataFrame:
    """The table a figure is drawn from: the longest; without one, the value of each sample."""
    if result.tables:
        return max(result.tables.values(), key=len)
    return pd.DataFrame(dict(result.points))
