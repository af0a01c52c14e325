"""Side by side: the same samples in two spaces, one selection, one pinned sample, and its neighbours in both."""

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from ui import (
    inspector,
    map_colours,
    map_view,
    opened,
    pane,
    ranks,
    samples_panel,
    samples_view,
    selection_bar,
    state,
    words,
)
from ui.pane import Pane
from ui.rows import row_of

HEIGHT = 480


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    samples_panel.with_items(pipeline)
    first = pane.pane_of(pipeline)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        map_colours.choose(pipeline, dataset, first.space, first.ask, width=320)
        selection_bar.choose_lines()
    sides = st.columns(2, gap="medium")
    panes = []
    for side, place in zip(pane.SIDES, sides, strict=True):
        with place:
            now = pane.pane_of(pipeline, side)
            with st.popover(f"{now.space} by {pane.title_of_projection(now)}", key=f"pane.{side}"):
                pane.choose_space(pipeline, now)
                pane.choose_drawing(now)
            panes.append(pane.pane_of(pipeline, side))
            near = inspector.near_pinned(pipeline, dataset, panes[-1].space)
            look = pane.look_now(dataset, () if near is None else tuple(dataset.ids[row] for row in near.rows))
            map_view.draw(pipeline, dataset, panes[-1], look, height=HEIGHT)
    _pinned(pipeline, dataset, panes)
    selection_bar.draw(pipeline, dataset, first.space, pane.look_now(dataset))


def _pinned(pipeline: Pipeline, dataset: Dataset, panes: list[Pane]) -> None:
    row = row_of(dataset).get(state.view().pinned)
    if row is None:
        words.quiet("Click a point to pin it in both maps and compare its neighbours.")
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        samples_view.card(dataset, row)
    with right:
        found = [pipeline.find(Ask("neighbors", subject=mine.space)) for mine in panes]
        graphs = [graph for graph in found if graph is not None]
        if len(graphs) == len(panes):
            ranks.draw(dataset, row, [mine.space for mine in panes], graphs)
        else:
            words.note("The neighbours of one of the two spaces are not computed; the Overview offers them.")
