"""Side by side: the same samples in two spaces, one selection, one pinned sample, and its neighbours in both."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.series import pair
from ui import (
    alignment,
    coloring,
    inspector,
    lines,
    map_colours,
    map_view,
    opened,
    pair_numbers,
    pane,
    panel,
    picture,
    ranks,
    samples_panel,
    selection_bar,
    state,
)
from ui.pane import Pane

HEIGHT = 480


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    samples_panel.with_items(pipeline)
    first, second = panes = alignment.aligned(pipeline, *(pane.pane_of(pipeline, side) for side in pane.SIDES))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        map_colours.choose(pipeline, dataset, first.space, first.ask, also=(second.space, second.ask), width=320)
        span = _span(pipeline, dataset, panes)
        alignment.choose(first, second)
        pane.choose_names(dataset, first)
        lines.choose(pipeline, list(dict.fromkeys((first.space, second.space))))
    _all_at_once(pipeline, panes)
    for mine, place in zip(panes, st.columns(2, gap="medium"), strict=True):
        with place:
            with st.popover(f"{mine.space} by {pane.title_of_projection(mine)}", key=f"pane.{mine.side}"):
                pane.choose_space(pipeline, mine)
                pane.choose_drawing(mine, follows=mine is second and bool(mine.alignment))
            near = inspector.near_pinned(pipeline, dataset, mine.space)
            look = pane.look_now(dataset, () if near is None else tuple(dataset.ids[row] for row in near.rows))
            if map_view.draw(pipeline, dataset, mine, replace(look, span=span), height=HEIGHT):
                map_colours.offer(pipeline, dataset, mine.space, mine.ask, mine.side)
    ranks.draw_pinned(pipeline, dataset, [mine.space for mine in panes])
    pair_numbers.draw(pipeline, dataset, first.space, second.space)
    selection_bar.draw(pipeline, dataset, first.space, pane.look_now(dataset))


def _all_at_once(pipeline: Pipeline, panes: Sequence[Pane]) -> None:
    """One button for all that the page lacks, where that is more than one thing."""
    first, second = (mine.space for mine in panes)
    asks = [ask for mine in panes for ask in mine.asks]
    asks += [pair.ask_of(pipeline, first, second)] if first != second else []
    missing = [ask for ask in asks if pipeline.find(ask) is None]
    if len({(ask.kind, ask.subject) for ask in missing if ask.kind != "regions"}) > 1:
        panel.compute(pipeline, missing, "Compute both maps and how alike they are", place="both")


def _span(pipeline: Pipeline, dataset: Dataset, panes: Sequence[Pane]) -> coloring.Span | None:
    """One range of colours for both panes of numbers, unless each is to have its own."""
    now = state.view()
    span = coloring.shared_span([picture.color_of(pipeline, dataset, mine, now)[1] for mine in panes])
    if span is not None:
        st.checkbox("Own range per pane", help="Else both maps share one", **state.bound("own_range"))
    return None if now.own_range else span
