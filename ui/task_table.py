"""The table of scores on the page: checkpoints by tasks, numbers beside them, the best marked; a click opens a map."""

import base64

import pandas as pd
import streamlit as st

from analysis.figures.course import title_of as column_title
from analysis.figures.palette import study_colors
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.series.scores import error_reduction
from analysis.series.standings import (
    ALONE,
    CHANCE,
    TIED,
    baseline_of,
    beside,
    cells,
    reasons,
)
from ui import export, state, words
from ui.task_choice import Choice
from ui.task_columns import Columns, asks_behind

KEY, DOT = "scores.table", "color"
HOW = (
    f"{ALONE} ahead of every other checkpoint, {TIED} cannot be told apart from the best: paired tests on the same"
    " samples and seeds, corrected for the tests of each column (Holm). In brackets 95 % intervals. A click on a row"
    " opens the map of its checkpoint."
)
HOW_SAVED = (
    "Share of the errors of {} that a checkpoint saves: how far its score is above, divided by 1 − the score of {}."
    " Intervals take that score as it is."
)


def draw(pipeline: Pipeline, chosen: Choice, columns: Columns, baseline: str) -> None:
    """Draw the table with its legend and the reasons of what is missing; with a baseline, errors saved against it."""
    table = _whole(pipeline, chosen, columns, baseline)
    names = list(table.index)

    def open_map() -> None:
        rows = state.rows_chosen(KEY)
        if rows and rows[0] < len(names) and names[rows[0]] != CHANCE:
            labels = [spec.label for spec in pipeline.study.task if spec.name in chosen.tasks[:1] and not spec.train]
            state.change(space=names[rows[0]], **({"colour": labels[0]} if labels else {}))
            state.remember("landing", "map")

    colors = colors_of(pipeline)
    found = table.reset_index()
    found.insert(0, DOT, [dot(colors[name]) if name in colors else "" for name in names])
    st.dataframe(
        found,
        hide_index=True,
        key=KEY,
        on_select=open_map,
        selection_mode="single-cell",
        column_config={
            DOT: st.column_config.ImageColumn("", width=36, pinned=True),
            "checkpoint": st.column_config.TextColumn(pinned=True),
        },
        height=38 + 35 * len(table),
    )
    if len(chosen.table):
        words.quiet(HOW)
    if baseline:
        words.quiet(HOW_SAVED.format(baseline, baseline))
    for sentence in reasons(chosen.table, baseline):
        words.quiet(sentence)


def export_of(pipeline: Pipeline, chosen: Choice, columns: Columns) -> None:
    """The menu that exports all that the table is made from."""
    asks = [ask for ask in [*chosen.asks, *asks_behind(pipeline, columns)] if pipeline.find(ask) is not None]
    name = file_name("scores", pipeline.study.name)
    export.table(pipeline, asks, lambda: _data(pipeline, chosen), key="scores", name=name)


def colors_of(pipeline: Pipeline) -> dict[str, str]:
    """The color of each space: its checkpoint's."""
    known = study_colors(checkpoints_of(pipeline.study))
    return {space.name: known[space.checkpoint.name] for space in pipeline.spaces()}


def dot(color: str) -> str:
    """A picture of a dot, as an address."""
    circle = f'<circle cx="10" cy="10" r="4" fill="{color}"/>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20">{circle}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


def choose_baseline(pipeline: Pipeline) -> str:
    """Whether errors saved are shown, and against which space; empty for none."""
    names = [space.name for space in pipeline.spaces()]
    if len(names) < 2:
        return ""
    st.toggle("Errors saved", help="The share of a baseline's errors that each saves", **state.bound("saved"))
    if not state.view().saved:
        return ""
    usual = baseline_of(pipeline.spaces())
    st.selectbox(
        "Baseline", names, width=220, label_visibility="collapsed", **state.bound("baseline", names, now=usual)
    )
    return state.view().baseline if state.view().baseline in names else usual


def _whole(pipeline: Pipeline, chosen: Choice, columns: Columns, baseline: str) -> pd.DataFrame:
    """Scores and numbers side by side, in words."""
    found = cells(chosen.table, [space.name for space in pipeline.spaces()], baseline)
    for key in columns.shown:
        found[column_title(key)] = beside(columns.table, key, found.index)
    return found


def _data(pipeline: Pipeline, chosen: Choice) -> pd.DataFrame:
    """All that the table is made from."""
    return error_reduction(chosen.table, state.view().baseline or baseline_of(pipeline.spaces()))
