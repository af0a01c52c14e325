"""Bars: how values are spread, or one bar per named thing. Grey lines are what chance would give."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go


def histogram(
    values: npt.NDArray[np.float64],
    *,
    title: str,
    x: str,
    y: str = "samples",
    bins: int | npt.NDArray[np.float64] = 60,
    chance: npt.NDArray[np.float64] | None = None,
    log_y: bool = False,
) -> "go.Figure":
    """Count finite values in bins; `chance`: expected counts in the same bins, drawn as a grey line."""
    import plotly.graph_objects as go

    known = values[np.isfinite(values)]
    counts, edges = np.histogram(known, bins=bins, range=_ends(known) if isinstance(bins, int) else None)
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure(go.Bar(x=middles, y=counts, width=np.diff(edges), name="observed", showlegend=False))
    if chance is not None:
        figure.add_scatter(x=middles, y=chance, mode="lines", line={"color": GREY, "width": 2}, name="chance")
    figure.update_layout(xaxis_title=x, yaxis_title=y, bargap=0)
    if log_y:
        most = max(2, int(counts.max()), 0 if chance is None else int(np.nanmax(chance)))
        figure.update_yaxes(type="log", dtick=1, range=[-0.3, np.log10(most) + 0.2])
    return dressed(titled(figure, title))


def _ends(known: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Between what the bins lie; of values that are the same but for rounding, a little about them."""
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    least = 1e-9 * max(abs(low), abs(high))
    return (low, high) if high - low > least else (low - (least or 0.5), high + (least or 0.5))


def bars(
    frame: pd.DataFrame,
    *,
    name: str,
    value: str,
    title: str,
    x: str,
    chance: float | None = None,
    details: str = "",
    most: int = 30,
) -> "go.Figure":
    """One horizontal bar per row, in the frame's order from the top; a grey line at what chance gives."""
    import plotly.graph_objects as go

    top = frame.head(most)
    words = [plain(cut(text, 32)) for text in top[name]]
    beside = top[details] if details else [shown(length) for length in top[value]]
    hovers = [f"{plain(cut(text))}: {plain(more)}" for text, more in zip(top[name], beside, strict=True)]
    places = np.arange(len(top))
    figure = go.Figure(go.Bar(x=top[value], y=places, orientation="h", hovertext=hovers, hoverinfo="text"))
    figure.update_yaxes(tickvals=places, ticktext=words, autorange="reversed", ticks="", showline=False)
    drawn = "" if len(frame) <= most else f" ({most} of {len(frame):,} drawn)"
    figure.update_layout(xaxis_title=x + drawn, height=140 + 22 * max(len(top), 4))
    titled(figure, title)
    if chance is not None:
        low, high = min(0, chance, top[value].min()), max(0, chance, top[value].max())
        figure.update_xaxes(range=[1.04 * low, 1.04 * high])
        said = f"chance {shown(chance)}"
        figure.add_vline(x=chance, line={"color": GREY, "width": 2})
        figure.add_annotation(x=chance, y=1, yref="paper", yanchor="bottom", text=said, showarrow=False)
        figure.update_layout(margin_t=figure.layout.margin.t + 18)  # room for the word
    return dressed(figure)
