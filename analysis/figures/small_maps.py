"""Many maps of the same samples side by side, each within the same frame and in the same colors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import GREY, INK, LABELS, OTHER, SEQUENTIAL, Theme, label_colors, scale
from analysis.figures.scatter import DIM, span_of
from analysis.figures.theme import TEXT, dressed, titled
from analysis.figures.words import cut, plain
from analysis.labels import Labels

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 12  # maps of a figure
POINTS = 24_000  # of all its maps together; beyond, each shows the same sample
AS_VECTORS = 3_000  # points up to which they are drawn as vectors
SIDE, HEAD = 210, 52  # pixels of a map, and above it for its name
NAMED = 20  # classes in the legend


@dataclass(frozen=True, eq=False)
class SmallMap:
    """One of the maps: what stands above it, its coordinates (n, 2), and what its points are colored by."""

    title: str
    subtitle: str
    coordinates: npt.NDArray[np.float32]
    color: Labels | None = None


def small_maps(
    maps: Sequence[SmallMap],
    bounds: tuple[Sequence[float], Sequence[float]],
    *,
    title: str,
    ids: Sequence[str],
    selected: Collection[str] = (),
    theme: Theme = "light",
) -> "go.Figure":
    """Draw them in rows of up to four; `ids` names the points, the same in every map; numbers share one ramp."""
    from plotly.subplots import make_subplots

    columns = min(len(maps), 3 if len(maps) <= 6 else 4)
    rows = -(-len(maps) // columns)
    height = rows * (SIDE + HEAD)
    heads = [f"<b>{plain(cut(one.title, 18))}</b><br>{plain(one.subtitle)}" for one in maps]
    spaces = {"horizontal_spacing": 0.02, "vertical_spacing": HEAD / height}
    figure = make_subplots(rows, columns, subplot_titles=heads, **spaces)
    kind = "scatter" if len(maps) * len(ids) <= AS_VECTORS else "scattergl"
    chosen = set(selected)
    bright = [place for place, name in enumerate(ids) if name in chosen] if chosen else None
    looks: dict[str, Any] = {"type": kind, "mode": "markers", "hovertext": [plain(cut(name)) for name in ids]}
    looks |= {"customdata": list(ids), "hoverinfo": "text", "showlegend": False}
    looks |= {"selectedpoints": bright, "unselected": {"marker": {"opacity": DIM}}}
    ramp = _ramp(maps, theme)
    for place, one in enumerate(maps):
        marker = {"size": 4, "opacity": 0.8, "line": {"width": 0}} | _colors(one.color, ramp, theme, bar=place == 0)
        x, y = one.coordinates.T[:2]
        figure.add_trace(looks | {"x": x, "y": y, "marker": marker}, place // columns + 1, place % columns + 1)
    for entry in _legend(maps[0].color, theme):
        figure.add_trace(entry, 1, 1)
    (left, low), (right, high) = (ends[:2] for ends in bounds)
    figure.update_xaxes(visible=False, range=_wider(left, right), constrain="domain")
    figure.update_yaxes(visible=False, range=_wider(low, high), constrain="domain")
    for place in range(len(maps)):
        figure.update_yaxes(
            scaleanchor=f"x{place + 1 if place else ''}", row=place // columns + 1, col=place % columns + 1
        )
    room = 1 - HEAD / (height + HEAD)  # for the first row's heads, within the figure's own area
    for axis in figure.select_yaxes():
        axis.domain = [end * room for end in axis.domain]
    for head in figure.layout.annotations:
        head.y *= room
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.01, "yanchor": "top"}
    figure.update_layout(height=height + HEAD + 150, dragmode=False, legend=legend, margin={"l": 8, "r": 8, "b": 60})
    titled(figure, title)
    return dressed(figure, theme).update_annotations(font={"size": TEXT, "color": INK[theme]})


def evenly(names: Sequence[str], most: int = MOST) -> list[str]:
    """So many names at most, the first, the last and evenly between.

    >>> evenly(list("abcdefg"), 3)
    ['a', 'd', 'g']
    """
    places = np.unique(np.linspace(0, len(names) - 1, min(most, len(names))).round().astype(int))
    return [names[place] for place in places]


def _wider(low: float, high: float) -> list[float]:
    edge = 0.03 * (high - low or 1.0)
    return [low - edge, high + edge]


def _ramp(maps: Sequence[SmallMap], theme: Theme) -> dict[str, Any]:
    """One ramp for the numbers of all maps."""
    numbers = [one.color.values for one in maps if one.color is not None and one.color.kind == "numeric"]
    if not numbers:
        return {}
    low, high = span_of(np.concatenate(numbers))
    return {"colorscale": scale(SEQUENTIAL[theme]), "cmin": low, "cmax": high if high > low else low + 1.0}


def _colors(color: Labels | None, ramp: dict[str, Any], theme: Theme, *, bar: bool) -> dict[str, Any]:
    if color is None:
        return {"color": LABELS[theme][0]}
    if color.kind == "numeric":
        looks = {"title": {"text": plain(cut(color.name, 40)), "side": "top"}, "thickness": 10, "outlinewidth": 0}
        below = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.02, "yanchor": "top", "len": 0.6}
        return ramp | {"color": color.values} | ({"colorbar": looks | below} if bar else {"showscale": False})
    hues = _hues(color, theme)
    table = np.array([*(hues.get(name, OTHER[theme]) for name in color.classes), GREY], dtype=object)
    return {"color": table[color.codes]}  # -1, none, is the last


def _legend(color: Labels | None, theme: Theme) -> list[dict[str, Any]]:
    """An entry for each class that has a color of its own, and one for the others."""
    if color is None or color.kind == "numeric":
        return []
    entries = _hues(color, theme)
    if len(color.classes) > len(entries):
        entries |= {f"{len(color.classes) - len(entries)} other": OTHER[theme]}
    nowhere = {"type": "scatter", "x": [None], "y": [None], "mode": "markers", "hoverinfo": "skip"}
    return [
        nowhere | {"name": plain(cut(name, 28)), "marker": {"color": hue, "size": 8}} for name, hue in entries.items()
    ]


def _hues(color: Labels, theme: Theme) -> dict[str, str]:
    found = np.bincount(color.codes[color.codes >= 0], minlength=len(color.classes))
    counts = {name: int(count) for name, count in zip(color.classes, found, strict=True)}
    return dict(list(label_colors(counts, theme).items())[:NAMED])
