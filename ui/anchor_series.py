"""The anchors of all language models on one text: along training, by size, and task loss against pre-training loss."""

from collections.abc import Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.figures import anchor_course
from analysis.figures.anchors import stated
from analysis.figures.palette import Theme
from analysis.figures.theme import dressed
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.series.anchor_course import course, tasks
from analysis.series.series import series_of
from ui import anchor_words, figure_panel, panel, words
from ui.anchor_choice import Bulk, said

if TYPE_CHECKING:
    import plotly.graph_objects as go

TELLS = "Not computed for every model yet. It says what training and size do to the anchor, and to tasks on it."
GAUGE = "The error is the same in every gauge; R² and variance: as named."


def draw(pipeline: Pipeline, asks: Sequence[Ask], bulk: Bulk) -> None:
    """Draw them for the models of these asks, which are all of one text; nothing where there is one model alone."""
    if len(asks) < 2:
        return
    with st.expander("Along training and by size, all models"):
        panel.offer(pipeline, asks, TELLS, place="anchors.series")
        table = course(pipeline, asks, bulk.rule, bulk.fit)
        if len(table) < 2:
            words.quiet("Two models that are computed are needed for a curve.")
            return
        made = [ask for ask in asks if ask.subject in set(table["model"])]
        facts = _facts(pipeline, made, bulk)
        along = {series.name: series.along for series in series_of(pipeline.spaces())}
        for series, rows in table[table["series"] != ""].groupby("series"):
            if len(set(rows["at"])) > 1:
                drawn = anchor_course.along_training(rows, along.get(str(series), "step"))
                mine = [ask for ask in made if ask.subject in set(rows["model"])]
                _figure(pipeline, mine, drawn, rows, f"{series}: {_facts(pipeline, mine, bulk)}", str(series))
        if len(set(anchor_course.last_of_each(table)["parameters"])) > 1:
            _figure(pipeline, made, anchor_course.by_size(table), table, facts, "size")
        scored = tasks(pipeline, made)
        for task, rows in scored.groupby("task", sort=False):
            if len(set(rows["model"])) > 1:
                asked = anchor_words.task_said(pipeline, str(task))
                what = f"Task: {asked} On {anchor_words.counted(str(task), int(rows['n'].min()))} or more. {facts}"
                _figure(pipeline, made, anchor_course.by_loss(rows), rows, what, f"loss {task}")


def _facts(pipeline: Pipeline, asks: Sequence[Ask], bulk: Bulk) -> str:
    """Of how many tokens and windows, and of what split, each model's answer is."""
    told = {anchor_words.facts(pipeline, ask, pipeline.make(ask)).partition(": ")[2] for ask in asks}
    each = told.pop() if len(told) == 1 else f"{min(told)} (the first; others differ)"
    left = f"{said(bulk.rule).capitalize()} removed; {bulk.fit} fit"
    return f"{words.counted(len(asks), 'model')} on {asks[0].other}, each: {each} {left}. {GAUGE}"


def _figure(
    pipeline: Pipeline, asks: Sequence[Ask], drawn: "go.Figure", rows: pd.DataFrame, facts: str, of: str
) -> None:
    made = stated(drawn, facts)

    def on(paper: Theme) -> "go.Figure":
        return dressed(deepcopy(made), paper)

    key = file_name("anchors", asks[0].other, of)
    figure_panel.draw(pipeline, asks, on, key=f"figure.{key}", name=key, data=lambda: rows.reset_index(drop=True))
