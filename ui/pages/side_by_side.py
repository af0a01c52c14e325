"""Side by side: the same samples in two spaces, one selection, one pinned sample, and its neighbours in both."""

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.figures.words import shown
from analysis.knn_graph import KnnGraph
from analysis.pipeline import Pipeline
from ui import (
    inspector,
    map_colours,
    opened,
    pane,
    sample_table,
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
    colours = map_colours.names(pipeline, dataset, first.space, first.ask)
    st.selectbox("Colour by", colours, width=320, **state.bound("colour", colours))
    sides = st.columns(2, gap="medium")
    panes = []
    for side, place in zip(pane.SIDES, sides, strict=True):
        with place:
            now = pane.pane_of(pipeline, side)
            with st.popover(f"{now.space} by {pane.title_of_projection(now)}", key=f"pane.{side}"):
                pane.choose(pipeline, now)
            panes.append(pane.pane_of(pipeline, side))
            near = inspector.near_pinned(pipeline, dataset, panes[-1].space)
            look = pane.look_now(dataset, () if near is None else tuple(dataset.ids[row] for row in near.rows))
            pane.draw(pipeline, dataset, panes[-1], look, height=HEIGHT)
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
            _both(dataset, row, [mine.space for mine in panes], graphs)
        else:
            words.note("The neighbours of one of the two spaces are not computed; the Overview offers them.")


def _both(dataset: Dataset, row: int, spaces: list[str], graphs: list[KnnGraph]) -> None:
    """Everyone near in either space, with the rank and distance in each."""
    k = min(state.view().shown, *(graph.k for graph in graphs))
    ranks = [{int(near): place + 1 for place, near in enumerate(graph.indices[row])} for graph in graphs]
    near = sorted(
        {int(i) for graph in graphs for i in graph.indices[row, :k]},
        key=lambda i: min(rank.get(i, graphs[0].n) for rank in ranks),
    )
    shared = sum(all(rank.get(i, k + 1) <= k for rank in ranks) for i in near)
    words.quiet(
        f"{shared} of the {k} nearest are the same in both ({shown(shared / k)}). A rank beyond {graphs[0].k} is empty."
    )
    titles = spaces if spaces[0] != spaces[1] else [f"{spaces[0]} (left)", f"{spaces[1]} (right)"]
    extra = pd.DataFrame(
        {
            f"rank in {title}": pd.array([rank.get(i) for i in near], dtype="Int64")
            for title, rank in zip(titles, ranks, strict=True)
        }
    )
    sample_table.draw(dataset, near, key=f"both.{dataset.ids[row]}", extra=extra)
