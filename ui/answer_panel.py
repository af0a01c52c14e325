"""The answer to a question about one space: its figures, each with its export, its notes and its tables."""

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.figures.palette import Theme
from analysis.figures.theme import dressed
from analysis.figures.words import plain
from analysis.pipeline import Pipeline
from analysis.plugin import Analysis
from analysis.report import file_name
from analysis.result import Result
from ui import figure_panel, linked_table, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 460  # pixels of a figure that has no height of its own


def draw(pipeline: Pipeline, dataset: Dataset, analysis: Analysis, ask: Ask, result: Result) -> None:
    """Draw it, or say why there is none."""
    reasons = {number.why for number in result.numbers.values()}
    if all(number.value is None for number in result.numbers.values()):
        words.note(" ".join(sorted(reasons)))
        return
    title = figure(pipeline, ask, result, analysis.figure, "")
    for sentence in [*result.notes, *sorted(reasons - {""})]:
        if plain(sentence) not in title:  # said already
            words.quiet(sentence)
    for name, further in analysis.figures.items():
        figure(pipeline, ask, result, further, name)
    for name, table in result.tables.items():
        rows = analysis.samples.get(name)
        if rows and len(table):
            linked_table.draw(dataset, table, rows, space=ask.subject, name=name, key=f"{ask.name}.{ask.subject}")
    for name, table in result.tables.items():
        if name not in analysis.samples:
            with st.expander(name.replace("_", " ")):
                st.dataframe(table, hide_index=True)


def figure(
    pipeline: Pipeline,
    ask: Ask,
    result: Result,
    draw_it: "Callable[[Result], go.Figure | None]",
    further: str,
    *,
    place: str = "",
) -> str:
    """Draw a figure and the menu that exports it; its title. `place` tells two of the same question on a page apart."""
    drawn = draw_it(result)
    if drawn is None:
        return ""
    key, name = f"figure.{file_name(ask.name, further, place)}", file_name(ask.name, ask.subject, ask.other, further)

    def on(paper: Theme) -> "go.Figure":
        made = dressed(deepcopy(drawn), paper)
        return made.update_layout(height=made.layout.height or HEIGHT)

    shown = figure_panel.draw(pipeline, [ask], on, key=key, name=name, data=lambda: _data_of(result, further))
    return (shown.layout.title.text or "").replace("<br>", " ")


def _data_of(result: Result, name: str) -> pd.DataFrame:
    """What a figure is drawn from: the table or square of its name, else the longest table, else values of samples."""
    if name in result.tables:
        return result.tables[name]
    if name in result.arrays:
        return pd.DataFrame(np.atleast_2d(result.arrays[name])).rename(columns=str)
    if result.tables:
        return max(result.tables.values(), key=len)
    return pd.DataFrame(dict(result.points))
