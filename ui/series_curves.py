"""Numbers along a series on the page: which of them, their figure with its export, and what is missing."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.figures.course import Key, course_figure, title_of
from analysis.figures.palette import Theme
from analysis.pipeline import Pipeline
from analysis.registry import analyses
from analysis.report import file_name
from analysis.series.anchored import NAME as ANCHORED
from analysis.series.course import NOT_YET, RULE, asks_of, collapse_in, numbers_of
from analysis.series.linked import NAME as ALIGNED
from analysis.series.linked import answers
from analysis.series.scored import NAME
from analysis.series.series import Series
from ui import figure_panel, panel, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

FIRST = ("effective_rank", "rankme", "mean_cosine", "knn_accuracy", "knn_spearman", "twonn")
TELLS = "Not computed for every member yet. It says how these numbers go along the series, and where it collapses."
HOW = "Points: values, light to dark along the series; coloured band: 95 % interval; grey band: what chance would give."


def draw(pipeline: Pipeline, series: Series) -> None:
    """Draw the figure of the chosen numbers."""
    table = numbers_of(pipeline, series)
    keys = {named(key): key for key in table[["analysis", "number", "other"]].drop_duplicates().itertuples(index=False)}
    if not keys:
        words.note("The study asks nothing of one space: its `analyses` name no question that has a number.")
        return
    rank = {name: FIRST.index(bare) for name, key in keys.items() if (bare := key[1].partition("@")[0]) in FIRST}
    first = sorted((name for name in rank if _is_first(keys[name], pipeline)), key=rank.__getitem__) or list(keys)[:4]
    st.multiselect("Numbers", list(keys), **state.bound("numbers", list(keys), now=first))
    chosen = [tuple(keys[name]) for name in state.view().numbers if name in keys] or [tuple(keys[n]) for n in first]
    places = {(analysis, other) for analysis, _, other in chosen}
    asks = [ask for ask in asks_of(pipeline, series.spaces) if any(answers(ask, *place) for place in places)]
    panel.offer(pipeline, asks, TELLS, place="series")
    drawn = [key for key in chosen if table[_rows(table, key)]["value"].notna().any()]
    if drawn:
        _figure(pipeline, series, table, drawn)
    for sentence in _missing(table, chosen, series):
        words.quiet(sentence)
    with st.expander("Values"):
        shown = pd.concat([table[_rows(table, key)] for key in chosen])
        st.dataframe(shown.drop(columns="d"), hide_index=True)


def _figure(pipeline: Pipeline, series: Series, table: pd.DataFrame, keys: list[Key]) -> None:
    key, name, collapse = "figure.series", file_name("series", series.name, series.along), collapse_in(table)
    asks = [ask for ask in asks_of(pipeline, series.spaces) if pipeline.find(ask) is not None]

    def on(paper: Theme) -> "go.Figure":
        return course_figure(series, table, keys, collapse, paper)

    says, data = partial(words.quiet, f"{HOW} {RULE}"), table.drop(columns="d")
    figure_panel.draw(pipeline, asks, on, key=key, name=name, data=lambda: data, says=says)


def named(key: Key) -> str:
    """What a number is called in a list."""
    asked = {NAME: "Task", ALIGNED: "Graph", ANCHORED: "Anchors"}.get(key[0]) or analyses()[key[0]].title
    return f"{asked}: {title_of(key)}"


def _is_first(key: Key, pipeline: Pipeline) -> bool:
    labels = pipeline.dataset().labels
    return key[2] in ("", *labels[:1])


def _rows(table: pd.DataFrame, key: Key) -> "pd.Series[bool]":
    return (table[["analysis", "number", "other"]] == list(key)).all(axis=1)


def _missing(table: pd.DataFrame, keys: list[Key], series: Series) -> list[str]:
    """Why members have no value, a sentence for each number and reason; what is not computed yet is offered above."""
    found = []
    for key in keys:
        rows = table[_rows(table, key)]
        for why, mine in rows[(rows["why"] != "") & (rows["why"] != NOT_YET)].groupby("why"):
            places = words.listed([series.place(space) for space in mine["space"]])
            found.append(f"{title_of(key)}, {places}: {why}")
    return found
