"""The rankings of a task on the page: their figure with its export, every layer, and how to read an estimate."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.figures.palette import Theme, study_colors
from analysis.figures.ranking import ranking_figure
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.registry import estimators
from analysis.report import file_name
from analysis.series.candidates import Question
from analysis.series.ranking import Ranking, agreement
from ui import figure_panel, plot, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOW = (
    "Dot: the estimate, of a checkpoint with several layers its best one's; bar: 95 % interval, from random sets of a"
    " part of the samples; grey: what shuffled labels give. P(best): in how many of these draws, the same for every"
    " checkpoint, it is the highest by that estimator: two can be sure of different checkpoints."
    " Higher is better; the units of two estimators have nothing to do with each other."
)


def draw(pipeline: Pipeline, asks: Sequence[Ask], task: Question, found: Sequence[Ranking]) -> None:
    """Draw them; a click on a dot opens the map of its space."""
    name, colors = file_name("ranking", task.name), study_colors(checkpoints_of(pipeline.study))

    def on(paper: Theme) -> "go.Figure":
        return ranking_figure(found, colors, title=f"{task.name}: {agreement(found)}", theme=paper)

    table = table_of(found)
    says = partial(words.quiet, "A click on a checkpoint opens its map.")
    figure_panel.draw(pipeline, asks, on, key="figure.ranking", name=name, data=lambda: table, hear=hear, says=says)
    words.quiet(HOW)
    with st.expander("Every layer and estimator"):
        st.dataframe(table, hide_index=True)
    with st.expander("What the estimators mean"):
        for one in found:
            plugin = estimators()[one.estimator]
            st.html(
                f'<p class="an-quiet"><b>{words.escaped(plugin.title)}</b> – {words.escaped(plugin.describe)}'
                f" {words.escaped(plugin.reference)}.</p>"
            )
    for one in found:
        if one.without:
            words.quiet(f"{estimators()[one.estimator].title} has no number of {words.listed(one.without)}.")


def table_of(found: Sequence[Ranking]) -> pd.DataFrame:
    """Every space by every estimator."""
    return pd.concat([one.spaces.assign(estimator=one.estimator, task=one.task) for one in found], ignore_index=True)


def hear(event: plot.Event) -> None:
    """Open the map of the space that was clicked."""
    if event.kind == "pin" and event.ids:
        open_map(event.ids[0])


def open_map(space: str) -> None:
    """Turn to the map of a space."""
    state.change(space=space)
    state.remember("landing", "map")
