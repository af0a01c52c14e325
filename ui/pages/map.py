"""Map: the picture with its trust, what is pinned beside it, what is selected below it."""

import streamlit as st

from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from models.errors import BadInput
from ui import (
    filtering,
    find,
    inspector,
    lines,
    map_colours,
    map_view,
    opened,
    pane,
    samples_panel,
    selection_bar,
    state,
    words,
)
from ui.pane import Pane


def page() -> None:
    """Draw the page. On a narrow screen its parts follow each other as `ui.style` orders them by their keys."""
    pipeline = opened.pipeline()
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    samples_panel.with_items(pipeline)
    with st.container(key="map-page"):
        left, right = st.columns([2, 1], gap="large")
    with right:
        with st.container(key="map-controls"):
            mine = _controls(pipeline, dataset)
        with st.container(key="map-found"):
            hits = find.found(pipeline, dataset, mine)
            near = inspector.near_pinned(pipeline, dataset, mine.space)
            find.draw(dataset, hits, mine)
            inspector.draw_pinned(pipeline, dataset, mine, near)
            if hits or near is not None:
                st.slider("Neighbours listed", 1, 50, **state.bound("shown"))
    ringed = [row for one in hits for row in one.rows] if near is None else near.rows
    look = pane.look_now(dataset, tuple(dataset.ids[row] for row in ringed))
    with left:
        with st.container(key="map-picture"):
            there = map_view.draw(pipeline, dataset, mine, look, options=lambda: _options(pipeline, dataset, mine))
        if there:
            with st.container(key="map-selection"):
                selection_bar.draw(pipeline, dataset, mine.space, look)


def _controls(pipeline: Pipeline, dataset: Dataset) -> Pane:
    """Space, colour, projection, filter, query; the pane they lead to."""
    with st.container(horizontal=True):
        mine = pane.pane_of(pipeline)
        map_colours.choose(pipeline, dataset, mine.space, mine.ask)
        pane.choose_space(pipeline, mine)
    pane.choose_drawing(mine)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Filter", placeholder="words in text, id or labels", **state.bound("filter"))
        st.checkbox("Regex", help="Read the filter as a regular expression", **state.bound("regex"))
    try:
        filtering.matching(dataset, state.view().filter, regex=state.view().regex)
    except BadInput as error:
        words.trouble(str(error))
    find.ask(pipeline, mine.space)
    return mine


def _options(pipeline: Pipeline, dataset: Dataset, mine: Pane) -> None:
    """What a map shows beside its points."""
    pane.choose_names(dataset, mine)
    lines.choose(pipeline, [mine.space])
