"""The listed weights of one or two checkpoints: a statistic by layer and type, norms by depth, every tensor."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.figures.palette import Theme, study_colors
from analysis.figures.theme import dressed
from analysis.figures.weights import layer_figure, norm_figure
from analysis.made import checkpoints_of
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.weights import sentence, side_by_side
from ui import export, figure_panel, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

STATISTICS = {"sd": "SD", "mean": "mean", "kurtosis": "excess kurtosis", "moved": "distance from a fresh draw (W1)"}
HOW = (
    "SD and mean over all entries of a tensor; excess kurtosis is 0 for a Gaussian. Distance: earth mover's (W1), of"
    " the sorted entries from those of the same network drawn anew; `chance` is that of two such draws."
)


def draw(pipeline: Pipeline, found: dict[str, pd.DataFrame], asks: list[Ask]) -> None:
    """Draw sentences, figures and table of one or two checkpoints whose weights are listed."""
    for name, table in found.items():
        words.lead(sentence(table, name))
    column = state.view().statistic if state.view().statistic in STATISTICS else "sd"
    places = st.columns(len(found), gap="large")
    for place, (name, table) in zip(places, found.items(), strict=True):
        drawn = partial(layer_figure, table, column, name=name, called=STATISTICS[column])
        with place:
            _figure(pipeline, asks, drawn, f"layers {name}", table)
    colors = study_colors(checkpoints_of(pipeline.study))
    _figure(pipeline, asks, partial(norm_figure, found, colors), "norms", pd.concat(found, names=["checkpoint"]))
    table = side_by_side(*found.values()) if len(found) == 2 else next(iter(found.values()))
    st.html('<p class="an-title">Tensors</p>')
    st.dataframe(table, hide_index=True, placeholder="–", height=min(420, 38 + 35 * len(table)))
    export.table(pipeline, asks, lambda: table, key="weights", name=file_name("weights", *found))
    words.quiet(HOW)


def _figure(pipeline: Pipeline, asks: list[Ask], draw: "partial[go.Figure]", what: str, data: pd.DataFrame) -> None:
    def on(paper: Theme) -> "go.Figure":
        return dressed(draw(), paper)

    figure_panel.draw(
        pipeline, asks, on, key=f"figure.weights.{what}", name=file_name("weights", what), data=lambda: data
    )
