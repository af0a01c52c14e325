"""The maps of a series side by side, in one frame.

They are one figure of Plotly, which takes one of the few WebGL contexts that a browser gives a page, and is saved as
one picture.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.figures.palette import Theme
from analysis.figures.small_maps import MOST, POINTS, SmallMap, small_maps
from analysis.figures.words import shown
from analysis.pipeline import Pipeline
from analysis.registry import projections
from analysis.report import file_name
from analysis.series.series import Series
from analysis.series.shared import Laid, bounds_of
from ui import figure_panel, picture, words
from ui.pane import Look, Pane

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw(
    pipeline: Pipeline,
    dataset: Dataset,
    series: Series,
    panes: Mapping[str, Pane],
    maps: Mapping[str, Laid],
    look: Look,
) -> None:
    """All of them in one figure, from a sample where there are many points."""
    key, asks = "figure.series_maps", [one.ask for one in panes.values()]
    way = next(iter(panes.values())).projection
    rows = picture.drawn_rows(dataset, pipeline.study.seed, POINTS // len(maps))
    colors = {name: picture.color_of(pipeline, dataset, panes[name], look.view)[1] for name in maps}
    lacking = [series.place(name) for name, color in colors.items() if color is None]
    said = [_how(series, maps), picture.caption_of(dataset, rows, pipeline.study.seed)]
    if lacking and len(lacking) < len(maps):
        said.append(f"{words.listed(lacking)} {'has' if len(lacking) == 1 else 'have'} no values of this colour yet.")
    whole = len(rows) == len(dataset)
    small = [
        SmallMap(
            series.place(name),
            left(one) if name != list(maps)[-1] else "",
            one.coordinates[rows],
            color if (color := colors[name]) is None or whole else color.of_rows(rows),
        )
        for name, one in maps.items()
    ]
    ids = [dataset.ids[row] for row in rows]

    def on(paper: Theme) -> "go.Figure":
        title = _title(series, projections()[way].title, maps)
        return small_maps(small, bounds_of(maps), title=title, ids=ids, selected=look.view.selection, theme=paper)

    name = file_name("series", series.name, series.along, way)
    says = partial(words.quiet, " ".join(filter(None, said)))
    figure_panel.draw(pipeline, asks, on, key=key, name=name, data=lambda: _data(dataset, maps), says=says)


def left(one: Laid) -> str:
    """How unlike the reference a map still is, in words."""
    return "not laid" if one.residual is None else f"residual {shown(one.residual)}"


def _title(series: Series, way: str, maps: Mapping[str, Laid]) -> str:
    """The finding: which member's map is least like the reference's."""
    *names, reference = maps
    known = {name: maps[name].residual for name in names if maps[name].residual is not None}
    if not known:
        return f"{way} of {series.name}, member by member"
    least = max(known, key=lambda name: known[name] or 0.0)
    said = f"that of {series.place(least)} is least like it, residual {shown(known[least])}"
    return f"{way} of {series.name}, each map laid upon that of {series.place(reference)}: {said}"


def _how(series: Series, maps: Mapping[str, Laid]) -> str:
    """How the maps come into one frame, and which members there is no room for."""
    how = (
        "Each map is turned and mirrored to lie upon the last one, at the same spread; the residual of the best fit"
        " (Procrustes) is 0 for the same map and 1 for no likeness."
    )
    more = len(series.members) - len(maps)
    if len(series.members) > MOST:
        return f"{how} {len(maps)} of {len(series.members)} members, evenly chosen."
    return f"{how} {words.counted(more, 'member')} has no map yet." if more else how


def _data(dataset: Dataset, maps: Mapping[str, Laid]) -> pd.DataFrame:
    """Every point of every map, one a row."""
    parts = [
        pd.DataFrame(np.asarray(one.coordinates)[:, :2], columns=["x", "y"]).assign(space=name, id=list(dataset.ids))
        for name, one in maps.items()
    ]
    return pd.concat(parts, ignore_index=True)[["space", "id", "x", "y"]]
