"""Which lines a map draws from what is selected: to its nearest neighbours, or the links of a graph of the study."""

from collections.abc import Sequence

import streamlit as st

from analysis.ask import Ask
from analysis.figures.palette import SEQUENTIAL, Theme
from analysis.figures.words import shown
from analysis.pipeline import Pipeline
from ui import panel, state
from ui.map_edges import Edges

NEAREST = "nearest neighbours"


def choose(pipeline: Pipeline, spaces: Sequence[str]) -> None:
    """Whether lines are drawn, and which; what they need in these spaces, where it is not there."""
    st.checkbox("Lines", help="From what is selected, in the original space", **state.bound("edges"))
    graphs = [spec.name for spec in pipeline.study.graph]
    if not graphs or not state.view().edges:
        return
    st.selectbox(
        "Lines to",
        ["", *graphs],
        format_func=lambda name: f"linked in {name}" if name else NEAREST,
        label_visibility="collapsed",
        width=240,
        **state.bound("linked_by", ["", *graphs]),
    )
    if not state.view().linked_by:
        return
    wanted = [ask for space in spaces for ask in needed(pipeline, space, state.view().linked_by)]
    missing = [ask for at, ask in enumerate(wanted) if ask not in wanted[:at] and pipeline.find(ask) is None]
    if missing:
        panel.compute(pipeline, missing, "Get these lines", primary=False, place="lines")


def needed(pipeline: Pipeline, space: str, graph: str) -> tuple[Ask, ...]:
    """What the lines of a space are drawn from: a graph of the study and the vectors, else its neighbours."""
    if graph in [spec.name for spec in pipeline.study.graph]:
        return Ask("graph", graph), Ask("space", subject=space)
    return (Ask("neighbors", subject=space),)


def legend(edges: Edges, theme: Theme) -> str:
    """The HTML of the ramp that lines are coloured by; empty where they are not."""
    if edges.span is None:
        return ""
    low, high = (shown(value) for value in edges.span)
    ramp = f"background:linear-gradient(90deg,{','.join(SEQUENTIAL[theme])})"
    bar = f'<span style="display:inline-block;width:9rem;height:.5rem;margin:0 .5rem;{ramp}"></span>'
    return f'<p style="font-size:.875rem;margin:0">length of a line {low}{bar}{high}</p>'
