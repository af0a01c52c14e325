"""The maps of a series on the page: one after another in one frame by a slider, and below them all side by side."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.dataset import Dataset
from analysis.figures.palette import Theme
from analysis.figures.small_maps import evenly
from analysis.pipeline import Drawing, Pipeline
from analysis.recipe import hash_of
from analysis.registry import projections
from analysis.report import file_name
from analysis.series.series import Series
from analysis.series.shared import Laid, bounds_of, in_one_frame
from ui import coloring, export, map_colours, pane, panel, picture, selection_bar, series_small, state, words
from ui.map_plotly import PlotlyMap, figure_of
from ui.map_renderer import Picture
from ui.map_view import hear
from ui.map_webgl import MISSING_GL, WebglMap
from ui.pane import Look, Pane
from ui.picture import MOST, MOST_BY_PLOTLY

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 520


def draw(pipeline: Pipeline, dataset: Dataset, series: Series) -> None:
    """Draw the slider with its map, and all maps below."""
    names = evenly(series.spaces)
    st.html('<p class="an-title">Maps in one frame</p>')
    panes = _panes(pipeline, names)
    first = next(iter(panes.values()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        map_colours.choose(pipeline, dataset, first.space, first.ask, width=320)
        titles = {name: projection.title for name, projection in projections().items()}
        st.segmented_control(
            "Drawn by",
            list(titles),
            format_func=titles.__getitem__,
            required=True,
            **state.bound("projection", list(titles), now=first.projection),
        )
    title = projections()[first.projection].title
    tells = (
        f"{title} is not computed for every member. It draws the series in one frame, so that samples are seen to move."
    )
    panel.offer(pipeline, [one.ask for one in panes.values()], tells, place="series.maps")
    found = {name: pipeline.find(one.ask) for name, one in panes.items()}
    drawings: dict[str, Drawing] = {name: one for name, one in found.items() if one is not None and not one.why}
    for name, one in found.items():
        if one is not None and one.why:
            words.quiet(f"{series.place(name)}: {one.why}")
    if len(drawings) < 2:
        return
    maps = in_one_frame(drawings, list(drawings)[-1])
    look = pane.look_now(dataset)
    look = replace(look, span=_span(pipeline, dataset, [panes[name] for name in maps]))
    shown = {name: panes[name] for name in maps}
    st.fragment(_slider)(pipeline, dataset, series, shown, drawings, maps, look)
    series_small.draw(pipeline, dataset, series, shown, maps, look)
    selection_bar.draw(pipeline, dataset, first.space, look)


def _panes(pipeline: Pipeline, names: list[str]) -> Mapping[str, Pane]:
    """A pane for each member, all drawn in the way that is chosen, else the best that is there for all."""
    chosen = state.view().projection
    if chosen not in projections():
        ways = [name for name in pane.BEST if name in projections()]
        asks = {way: [Pane("", name, way, 2).ask for name in names] for way in ways}
        there = (way for way in ways if all(pipeline.find(ask) is not None for ask in asks[way]))
        chosen = next(there, ways[-1])
    return {name: Pane("", name, chosen, 2) for name in names}


def _span(pipeline: Pipeline, dataset: Dataset, panes: list[Pane]) -> coloring.Span | None:
    """One range of colours for a number that differs from member to member."""
    return coloring.shared_span([picture.color_of(pipeline, dataset, one, state.view())[1] for one in panes])


def _slider(
    pipeline: Pipeline,
    dataset: Dataset,
    series: Series,
    panes: Mapping[str, Pane],
    drawings: Mapping[str, Drawing],
    maps: Mapping[str, Laid],
    look: Look,
) -> None:
    """One member's map; the slider moves its points to where another's has them, and draws nothing else anew."""
    names, now = list(maps), state.view()
    if replace(now, space="") != replace(look.view, space=""):
        st.rerun()  # something was done on the map that the rest of the page shows too
    st.select_slider("From first to last", names, format_func=series.place, **state.bound("space", names))
    space = now.space if now.space in maps else names[0]
    mine, placed = panes[space], replace(drawings[space], coordinates=maps[space].coordinates)
    key, name = "map.series", file_name(mine.projection, space, "in the frame of", names[-1])
    bounds = bounds_of(maps)
    bare = replace(look, view=replace(look.view, names="nothing"))  # regions are named where they lay before

    def drawn(look: Look, height: int, most: int) -> Picture:
        made = picture.picture_of(pipeline, dataset, mine, placed, look, height=height, most=most)
        frame = hash_of(series.title, mine.projection, made.samples, names[-1], str(bounds))
        upon = "" if space == names[-1] else f", laid upon {series.place(names[-1])}: {series_small.left(maps[space])}"
        title = f"{series.place(space)}{upon}. {made.title}"
        return replace(made, title=title, seen=hash_of(made.seen, frame)[:16], frame=frame, bounds=bounds)

    def figure(theme: Theme) -> "go.Figure":
        return figure_of(drawn(replace(bare, theme=theme), 640, MOST_BY_PLOTLY))

    without = bool(state.remembered(MISSING_GL))
    (PlotlyMap() if without else WebglMap()).draw(
        drawn(bare, HEIGHT, MOST_BY_PLOTLY if without else MOST),
        key=key,
        name=name,
        on_event=lambda event: hear(dataset, key, event),
        saving=export.saving(pipeline, [mine.ask], key),
    )
    export.figure(
        pipeline,
        [mine.ask],
        partial(figure, "light"),
        dark=partial(figure, "dark"),
        key=key,
        name=name,
        data=lambda: picture.data_of(pipeline, dataset, mine, placed, look.view),
        label="Export map",
    )
