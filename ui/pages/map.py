"""Map: the picture with its trust, what is pinned beside it, what is selected below it."""

import streamlit as st

from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from models.errors import BadInput
from ui import (
    filtering,
    find,
    inspector,
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

NAMES = {"words": "Words", "labels": "Labels", "nothing": "Nothing"}


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    samples_panel.with_items(pipeline)
    left, right = st.columns([2, 1], gap="large")
    with right:
        pane.choose(pipeline, pane.pane_of(pipeline))
        mine = pane.pane_of(pipeline)
        ask(pipeline, dataset, mine)
        hits = find.found(pipeline, dataset, mine)
        near = inspector.near_pinned(pipeline, dataset, mine.space)
        find.draw(dataset, hits, mine)
        inspector.draw_pinned(pipeline, dataset, mine, near)
    ringed = [row for one in hits for row in one.rows] if near is None else near.rows
    look = pane.look_now(dataset, tuple(dataset.ids[row] for row in ringed))
    with left:
        if map_view.draw(pipeline, dataset, mine, look):
            selection_bar.draw(pipeline, dataset, mine.space, look)


def ask(pipeline: Pipeline, dataset: Dataset, mine: Pane) -> None:
    """Colour, dimensions, filter, query."""
    map_colours.choose(pipeline, dataset, mine.space, mine.ask)
    if mine.dimensions == 2:
        st.segmented_control(
            "Regions named by",
            list(NAMES),
            format_func=NAMES.__getitem__,
            required=True,
            **state.bound("names", list(NAMES)),
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Filter", placeholder="words in text, id or labels", **state.bound("filter"))
        st.checkbox("Regex", help="Read the filter as a regular expression", **state.bound("regex"))
    try:
        filtering.matching(dataset, state.view().filter, regex=state.view().regex)
    except BadInput as error:
        words.trouble(str(error))
    find.ask(pipeline, mine.space)
    if state.view().pinned or state.view().query or find.way_of(pipeline, mine.space) in ("center", "direction"):
        st.slider("Neighbours listed", 1, 50, **state.bound("shown"))
