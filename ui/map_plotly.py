"""A map drawn by Plotly: the scatter of `analysis.figures`, with rings, links and what a filter leaves out."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.palette import ACCENT, GREY, INK, LABELS, OTHER, PAPER, SEQUENTIAL
from analysis.figures.scatter import LEGEND_NAME, scatter
from analysis.figures.theme import TEXT
from analysis.figures.words import cut, plain
from ui import plot
from ui.coloring import LONGEST, title_of
from ui.map_colours import series_of
from ui.map_renderer import Picture

if TYPE_CHECKING:
    import plotly.graph_objects as go

WEBGL_FROM = 3_000  # points; fewer are drawn as SVG, which starts faster and saves sharper
SMALL, NEAR = 3.5, {"x": 0.9, "y": 0.9, "z": 0.9}  # of a 3-D map: points in pixels, and where one looks from
FAINT = 0.12  # opacity of what a filter leaves out
LEGEND = {"side": "top", "font": {"size": TEXT}}
LETTER, SYMBOL, LINE = 7, 46, 20  # pixels: of a letter in a legend, of what stands before it, of a line of it
RAMP_ROOM, FREE = 62, 76  # pixels below a map: for a ramp; of a legend that takes none from what stands below
BAR = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.02, "yanchor": "top", "len": 0.6, "thickness": 10}
TITLE_ROOM = 76  # pixels above a saved map


class PlotlyMap:
    """Draws a picture with Plotly."""

    def draw(
        self,
        picture: Picture,
        *,
        key: str,
        name: str,
        on_event: Callable[[plot.Event], None],
        saving: plot.Saving | None,
    ) -> None:
        """Draw, in place."""
        paper = None if saving is None else saving.paper
        plot.draw(
            figure_of(picture),
            printed=None if paper in (None, picture.theme) else figure_of(replace(picture, theme=paper)),
            key=key,
            name=name,
            seen=picture.seen,
            on_event=on_event,
            interactive=True,
            saving=saving,
        )


def figure_of(picture: Picture, *, vectors: int = WEBGL_FROM) -> "go.Figure":
    """The figure of a picture; its points are vectors up to so many of them."""
    frame, shown = _frame(picture), ~picture.hidden
    figure = scatter(
        frame[shown].reset_index(drop=True),
        color=None if picture.color is None else picture.color.name,
        selected=picture.selected,
        theme=picture.theme,
        dimensions=3 if picture.coordinates.shape[1] == 3 else 2,
        hovers=[card for card, drawn in zip(picture.hovers(), shown, strict=True) if drawn],
        title=picture.title,
    )
    below = [*_background(picture), *_edges(picture), *_links(picture), *_between(picture)]
    traces = [*below, *figure.data, *_rings(picture)]
    figure = type(figure)(_light(traces, vectors), figure.layout)
    width, room = _legend(picture)
    for trace in figure.data:  # what is no category of its own comes last
        trace.legendrank = {**dict.fromkeys(OTHER.values(), 2001), GREY: 2002}.get(_hue(trace), 1000)
        trace.legendgroup = _hue(trace)  # a category's bright and faint points, in 3-D, are hidden together
    figure.update_layout(
        title_subtitle_text=" ".join(filter(None, (picture.caption, picture.edges.said))),
        height=picture.height + max(0, room - FREE),
        margin={"l": 0, "r": 0, "t": TITLE_ROOM, "b": room, "autoexpand": False},
        uirevision=picture.seen,
        selectionrevision=len(picture.selected),
        hovermode="closest",
        legend={
            "orientation": "h",
            "traceorder": "normal",  # side by side, though each is a group of its own
            "x": 0,
            "xanchor": "left",
            "y": -0.01,
            "yanchor": "top",
            "title": LEGEND,
            "entrywidth": width,
            "maxheight": max(room, 30),
        },
        showlegend=width > 0,
        annotations=_names(picture),
    )
    figure.update_traces(marker_colorbar=BAR, selector=_is_ramp)
    if picture.color is not None and picture.span is not None:
        low, high = picture.span
        title = plain(cut(title_of(picture.color, picture.span), LONGEST))
        looks = {"cmin": low, "cmax": high if high > low else low + 1.0, "colorbar_title_text": title}
        figure.update_traces(marker=looks, selector=_is_ramp)
    if picture.coordinates.shape[1] == 3:
        nothing = {"visible": False}
        axes = {"xaxis": nothing, "yaxis": nothing, "zaxis": nothing}
        figure.update_layout(scene={"aspectmode": "data", "camera": {"eye": NEAR}, **axes})
        figure.update_traces(marker_size=SMALL, selector=lambda trace: trace.customdata is not None)
    return figure


def _legend(picture: Picture) -> tuple[float, int]:
    """Width of an entry of the legend, and the room below the map that all of it needs, in pixels.

    Both follow from the column that the map is coloured by, not from what is selected or filtered: the map never moves.
    """
    if picture.color is None:
        return 0, 0
    if picture.color.kind == "numeric":
        return 0, RAMP_ROOM
    column = series_of(picture.color)
    counts = column.value_counts()
    most = counts.iloc[len(LABELS[picture.theme]) :].sum()  # the others
    most = max(int(most), int(counts.max()) if len(counts) else 0, int(column.isna().sum()))
    longest = max((min(len(name), LEGEND_NAME) for name in counts.index), default=0)
    width = LETTER * (longest + len(f" ({most:,} / {most:,})"))
    entries = min(len(counts), len(LABELS[picture.theme]) + 1) + bool(column.isna().any())
    lines = math.ceil(entries / max(1, picture.height // (width + SYMBOL)))  # a map is at least as wide as high
    return width, LINE * (lines + 1) + 16  # a line for its title


def _names(picture: Picture) -> list[dict[str, Any]]:
    """The names of the largest regions of a flat map."""
    if picture.coordinates.shape[1] == 3:
        return []
    looks = {"showarrow": False, "font": {"size": TEXT + 1, "color": INK[picture.theme]}}
    halo = {"bgcolor": PAPER[picture.theme], "opacity": 0.85, "borderpad": 1}
    first = [region for region in picture.regions if region["level"] == 0]
    return [
        {"x": region["x"], "y": region["y"], "text": "<br>".join(map(plain, region["words"])), **looks, **halo}
        for region in first
    ]


def _hue(trace: Any) -> str:
    return trace.marker.color if isinstance(trace.marker.color, str) else ""


def _is_ramp(trace: Any) -> bool:
    return trace.customdata is not None and trace.marker.colorscale is not None


def _frame(picture: Picture) -> pd.DataFrame:
    frame = pd.DataFrame(picture.coordinates, columns=list("xyz")[: picture.coordinates.shape[1]])
    frame.insert(0, "id", list(picture.ids))
    if picture.color is not None:
        frame[picture.color.name] = series_of(picture.color)
    return frame


def _light(traces: list[Any], most: int) -> list[Any]:
    """Few points as SVG instead of WebGL."""
    if sum(len(trace.x) for trace in traces if trace.customdata is not None) > most:
        return traces
    plain = [trace.to_plotly_json() for trace in traces]
    return [trace | {"type": "scatter"} if trace["type"] == "scattergl" else trace for trace in plain]


def _background(picture: Picture) -> list[Any]:
    """What a filter leaves out, faint and beyond reach."""
    at = np.flatnonzero(picture.hidden)
    marker = {"color": GREY, "size": 4, "opacity": FAINT}
    looks = {"mode": "markers", "marker": marker, "hoverinfo": "skip", "showlegend": False}
    return [_shape(picture, picture.coordinates[at], looks)] if len(at) else []


def _edges(picture: Picture) -> list[Any]:
    """The edges of the selection, by their length where they are coloured by it."""
    edges, xyz, traces = picture.edges, picture.coordinates, []
    colors = SEQUENTIAL[picture.theme] if edges.runs else (INK[picture.theme],)
    for color, ends in zip(colors, edges.parts, strict=True):
        if len(ends):
            path = np.full((len(ends), 3, xyz.shape[1]), np.nan, np.float32)
            path[:, :2] = xyz[ends]
            line = {"color": color, "width": 1.25 if edges.runs else 0.75}
            opacity = 0.8 if edges.runs else 0.25
            looks = {"mode": "lines", "line": line, "opacity": opacity, "hoverinfo": "skip", "showlegend": False}
            traces.append(_shape(picture, path.reshape(-1, xyz.shape[1]), looks))
    return traces


def _links(picture: Picture) -> list[Any]:
    """Thin lines from the pinned sample to its neighbours in the original space."""
    ends, start = picture.places(picture.near), picture.places((picture.pinned,))
    if not len(ends) or not len(start):
        return []
    xyz = picture.coordinates
    gap = np.full(xyz.shape[1], np.nan, np.float32)
    path = np.concatenate([np.stack([xyz[start[0]], xyz[end], gap]) for end in ends])
    line = {"color": ACCENT[picture.theme], "width": 1}
    looks = {"mode": "lines", "line": line, "opacity": 0.5, "hoverinfo": "skip", "showlegend": False}
    return [_shape(picture, path, looks)]


def _between(picture: Picture) -> list[Any]:
    """The line between two pinned samples."""
    ends = picture.places((picture.pinned, picture.second))
    line = {"color": INK[picture.theme], "width": 2}
    looks = {"mode": "lines", "line": line, "hoverinfo": "skip", "showlegend": False}
    return [_shape(picture, picture.coordinates[ends], looks)] if len(ends) == 2 else []


def _rings(picture: Picture) -> list[Any]:
    """Rings about the neighbours, and a thicker one about each pinned sample."""
    traces = []
    near = (picture.near, ACCENT[picture.theme], 11, 1.5)
    for ids, color, size, width in (near, ((picture.pinned, picture.second), INK[picture.theme], 16, 2.5)):
        at = picture.places(ids)
        marker = {"symbol": "circle-open", "size": size, "color": color, "line": {"width": width, "color": color}}
        looks = {"mode": "markers", "marker": marker, "hoverinfo": "skip", "showlegend": False}
        if len(at):
            traces.append(_shape(picture, picture.coordinates[at], looks))
    return traces


def _shape(picture: Picture, points: npt.NDArray[np.float32], looks: dict[str, Any]) -> Any:
    import plotly.graph_objects as go

    axes = dict(zip("xyz", points.T, strict=False))
    if len(axes) == 3:
        return go.Scatter3d(**axes, **looks)
    return go.Scattergl(**axes, **looks)
