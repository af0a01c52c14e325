"""The table of scores on the page: checkpoints by tasks, numbers beside them, the best marked; a click opens a map."""

import base64
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from analysis.figures.course import title_of as column_title
from analysis.figures.palette import study_colors
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.report import file_name
from analysis.result import Result
from analysis.series.by_seed import Place, at_end, ends_said, seeds_said
from analysis.series.scores import error_reduction
from analysis.series.standings import (
    ALONE,
    CHANCE,
    COMMONEST,
    NOTED,
    TIED,
    Column,
    baseline_of,
    beside,
    cells,
    heads_of,
    leading_first,
    reasons,
)
from analysis.task_card import cards_of, level_of
from ui import export, state, words
from ui.task_choice import Choice
from ui.task_columns import Columns, asks_behind

KEY, DOT, GEOMETRY = "scores.table", "color", "space"
NAMED = 160  # pixels that names may take beside the scores, so that these are seen on a phone too
HOW = (
    f"{ALONE} ahead of every other checkpoint, {TIED} cannot be told apart from the best: paired tests on the same"
    f" samples and seeds, corrected for the tests of each column (Holm). In brackets 95 % intervals. {CHANCE.title()}:"
    " the labels of what is asked shuffled."
)
HOW_LEVEL = f"{COMMONEST.capitalize()}: what naming the class that training has most of would score."
HOW_SAVED = (
    "Share of the errors of {} that a checkpoint saves: how far its score is above, divided by 1 − the score of {}."
    " Intervals take that score as it is."
)
OPENS = "A click on a row opens the map of its checkpoint."


def draw(pipeline: Pipeline, chosen: Choice, columns: Columns, baseline: str) -> None:
    """Draw the table with its legend and the reasons of what is missing; with a baseline, errors saved against it."""
    rows = leading_first(chosen.table, chosen.leading)
    noted = at_end(pipeline, chosen.asks)
    levels = levels_of(pipeline, rows)
    table = _whole(pipeline, rows, columns, baseline, levels, noted)
    names = list(table.index)

    def open_map() -> None:
        picked = state.rows_chosen(KEY)
        if picked and picked[0] < len(names) and names[picked[0]] not in (CHANCE, COMMONEST):
            labels = [spec.label for spec in pipeline.study.task if spec.name in chosen.tasks[:1] and not spec.train]
            state.change(space=names[picked[0]], **({"colour": labels[0]} if labels else {}))
            state.remember("landing", "map")

    colors = colors_of(pipeline)
    found = table.reset_index()
    found.insert(0, ("", DOT), [dot(colors[name]) if name in colors else "" for name in names])
    found.columns = pd.MultiIndex.from_tuples([("", DOT), ("", "checkpoint"), *map(tuple, table.columns)])
    wide = min(NAMED, 28 + 7 * max(map(len, names)))
    config = {1: st.column_config.ImageColumn("", width=36, pinned=True)}
    config |= {2: st.column_config.TextColumn(width=wide, pinned=True)}
    st.dataframe(
        found,
        hide_index=True,
        key=KEY,
        on_select=open_map,
        selection_mode="single-cell",
        column_config=config | _helps(rows),
        height=73 + 35 * len(table),
    )
    if len(chosen.table):
        level = HOW_LEVEL if levels and not baseline else ""
        words.quiet(" ".join(filter(None, (HOW, level, OPENS))))
        for sentence in seeds_said(pipeline, rows):
            words.quiet(sentence)
    if noted:
        words.quiet(f"{NOTED} {ends_said(noted)}")
    if baseline:
        words.quiet(HOW_SAVED.format(baseline, baseline))
    for sentence in reasons(chosen.table, baseline):
        words.quiet(sentence)


def levels_of(pipeline: Pipeline, table: pd.DataFrame) -> dict[Column, float]:
    """What naming the commonest class gives in each column of scores that has such a level."""
    cards: dict[str, Result | None] = {ask.other: pipeline.find(ask) for ask in cards_of(pipeline)}
    found = {}
    for task, method, number in table[["task", "method", "number"]].drop_duplicates().itertuples(index=False):
        level = level_of(cards.get(task), method, number)
        if level is not None and level.value is not None:
            found[task, method] = level.value
    return found


def _helps(table: pd.DataFrame) -> dict[int, Any]:
    """What each column of scores says, on its head."""
    helps: dict[int, Any] = {}
    numbers = dict(zip(zip(table["task"], table["method"], strict=True), table["number"], strict=True))
    for at, (task, name) in enumerate(heads_of(table), start=3):  # after index, color and name
        method, number = task_methods()[name], str(numbers[task, name]).partition("@")[0]
        helps[at] = st.column_config.TextColumn(help=f"{method.question} {method.describe.get(number, '')}".strip())
    return helps


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


def _whole(
    pipeline: Pipeline,
    rows: pd.DataFrame,
    columns: Columns,
    baseline: str,
    levels: Mapping[Column, float],
    noted: Collection[Place],
) -> pd.DataFrame:
    """Scores and numbers side by side, in words."""
    found = cells(rows, [space.name for space in pipeline.spaces()], baseline, levels=levels, marked=noted)
    parts = {head: found[head] for head in found}
    for key in columns.shown:
        parts[GEOMETRY, column_title(key)] = pd.Series(beside(columns.table, key, found.index), index=found.index)
    return pd.DataFrame(parts, index=found.index)


def _data(pipeline: Pipeline, chosen: Choice) -> pd.DataFrame:
    """All that the table is made from."""
    return error_reduction(chosen.table, state.view().baseline or baseline_of(pipeline.spaces()))
