"""A map on the page: its picture with the menu that exports it, or the panel that gets it; and what is done on it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analysis.dataset import Dataset
from analysis.figures.palette import Theme
from analysis.pipeline import Drawing, Pipeline
from analysis.report import file_name
from ui import export, panel, plot, state, untrained, view, words
from ui.map_plotly import WEBGL_FROM, PlotlyMap, figure_of
from ui.map_webgl import MISSING_GL, WebglMap
from ui.pane import BEST, Look, Pane, title_of
from ui.picture import MOST, MOST_BY_PLOTLY, data_of, picture_of
from ui.rows import row_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

VECTORS = 20_000  # points that are vectors on paper; more are one picture


def draw(
    pipeline: Pipeline,
    dataset: Dataset,
    pane: Pane,
    look: Look,
    *,
    height: int = 600,
    options: Callable[[], None] = lambda: None,
    better: bool = True,
) -> bool:
    """Draw a pane: its map with the menu that exports it, or the panel that gets it; whether there was a map.

    `options` stand beside that menu. `better`: whether a better drawing may be offered. While an aligned drawing is
    missing, that of the space alone is there.
    """
    drawing: Drawing | None = pipeline.find(pane.ask)
    if drawing is None:
        _offer(pipeline, pane)
        there = pane.alignment and pipeline.find(pane.alone.ask) is not None
        alone = partial(draw, pipeline, dataset, pane.alone, look, height=height, options=options, better=False)
        return alone() if there else False
    if drawing.why:
        words.note(drawing.why)
        return False
    key, name = f"map.{pane.side}", file_name(pane.projection, pane.space, pane.alignment, pane.onto)
    asks = [pane.ask, pane.ask.reference] if pane.alignment else [pane.ask]
    without = bool(state.remembered(MISSING_GL))
    if without:
        words.quiet("This browser has no WebGL2, so Plotly draws the map: slower, and 50,000 points at most.")
    (PlotlyMap() if without else WebglMap()).draw(
        picture_of(pipeline, dataset, pane, drawing, look, height=height, most=MOST_BY_PLOTLY if without else MOST),
        key=key,
        name=name,
        on_event=lambda event: hear(dataset, key, event),
        saving=export.saving(pipeline, asks, key),
    )

    def figure(theme: Theme, vectors: int = WEBGL_FROM) -> "go.Figure":
        printed = replace(look, theme=theme)
        picture = picture_of(pipeline, dataset, pane, drawing, printed, height=640, most=MOST_BY_PLOTLY)
        return figure_of(picture, vectors=vectors)

    with st.container(horizontal=True, vertical_alignment="center"):
        export.figure(
            pipeline,
            asks,
            partial(figure, "light"),
            dark=partial(figure, "dark"),
            on_paper=partial(figure, vectors=VECTORS),
            key=key,
            name=name,
            data=lambda: data_of(pipeline, dataset, pane, drawing, look.view),
            label="Export map",
        )
        options()
    if better and not getattr(look.view, f"{pane.side}projection") and not pane.alignment:
        best = replace(pane, projection=BEST[0])
        panel.offer(
            pipeline,
            [best.ask, best.regions],
            f"A UMAP of {pane.space} keeps neighbours together better than this.",
            place=pane.side,
        )
    return True


def _offer(pipeline: Pipeline, pane: Pane) -> None:
    """The panel that gets the drawing of a pane."""
    if pane.alignment:
        tells = "Aligned, the two maps can be laid onto each other, and it says how much is left between them."
        panel.offer(pipeline, pane.asks, f"{title_of(pane)} is not computed. {tells}", place=pane.side)
        return
    quick = replace(pane, projection=BEST[-1]).ask  # there in a moment, while the other is still computed
    tells = "is not computed. It draws the space and says how far the picture can be trusted."
    panel.offer(
        pipeline,
        pane.asks if quick == pane.ask else [quick, *pane.asks],
        f"{untrained.sentence(pipeline, pane.space)}{title_of(pane)} {tells}",
        place=pane.side,
    )


def hear(dataset: Dataset, key: str, event: plot.Event) -> None:
    """Put into the view what was done on a map."""
    now = state.view()
    known = row_of(dataset)
    ids = [name for name in event.ids if name in known]
    if event.kind == "select":
        state.look(view.select(now, ids, event.operation))
    elif event.kind == "clear":
        state.look(view.clear(now))
    elif event.kind in ("undo", "redo"):
        state.look(view.undo(now) if event.kind == "undo" else view.redo(now))
    elif event.kind == "pin" and ids:
        state.look(view.pin(now, ids[0], beside=event.beside))
    elif event.kind == "unpin":
        state.look(replace(now, second="") if now.second else view.unpin(now))
    elif event.kind == "save":
        export.ask_for(key, event.format)
