"""A figure on a page with all that belongs to it: drawn on the page's paper, saved by the browser, and its menu."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.ask import Ask
from analysis.figures.palette import Theme
from analysis.pipeline import Pipeline
from ui import export, plot, style

if TYPE_CHECKING:
    import plotly.graph_objects as go


def draw(
    pipeline: Pipeline,
    asks: Sequence[Ask],
    on: "Callable[[Theme], go.Figure]",
    *,
    key: str,
    name: str,
    data: Callable[[], pd.DataFrame],
    hear: Callable[[plot.Event], None] | None = None,
    says: Callable[[], None] | None = None,
) -> "go.Figure":
    """Draw what `on` makes for a paper; the figure as it is shown.

    `asks`: what it is made from, for the manifest of every file. `hear`: what to do when a point or cell of it is
    clicked. `says`: what stands between it and its menu.
    """
    shown, saving = on(style.theme()), export.saving(pipeline, asks, key)
    paper = None if saving is None else saving.paper

    def on_event(event: plot.Event) -> None:
        if event.kind == "save":
            export.ask_for(key, event.format)
        elif hear is not None:
            hear(event)

    plot.draw(
        shown,
        key=key,
        name=name,
        on_event=on_event,
        saving=saving,
        printed=None if paper in (None, style.theme()) else on(paper),
    )
    if says is not None:
        says()
    export.figure(pipeline, asks, lambda: on("light"), dark=lambda: on("dark"), key=key, name=name, data=data)
    return shown
