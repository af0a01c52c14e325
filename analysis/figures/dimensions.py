"""Single dimensions: their variances from the largest down, and kurtosis against variance with outliers named."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.ticks import log_axis

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT = 640  # pixels: two panels, one above the other
NAMED = 12  # outliers whose number is written
AROUND = ("top center", "bottom center", "middle right", "middle left")  # so that neighbours' numbers stay apart


def dimensions_figure(table: pd.DataFrame, *, title: str) -> "go.Figure":
    """Draw a table of dimension, variance, kurtosis and outlier, the largest variance first; constants are left out."""
    from plotly.subplots import make_subplots

    varying = table[table["kurtosis"].notna()].reset_index(drop=True)
    loud = varying["outlier"].to_numpy(dtype=bool)
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.16)
    order, said = np.arange(1, len(varying) + 1), [f"dimension {one}" for one in varying["dimension"]]
    figure.add_scatter(x=order, y=varying["variance"], mode="lines", hovertext=said, row=1, col=1)
    if loud.any():
        _points(figure, varying[loud], "outlier dimensions", named=True)
    _points(figure, varying[~loud], "other dimensions", dimmed=bool(loud.any()))
    for place in np.flatnonzero(loud)[:NAMED]:
        at = {"x": order[place], "y": np.log10(varying["variance"][place]), "ax": 10, "ay": -18}
        figure.add_annotation(text=str(varying["dimension"][place]), arrowwidth=1, arrowhead=0, **at, row=1, col=1)
    scale = log_axis(varying["variance"].to_numpy())
    figure.update_xaxes(title_text="dimensions, by variance", row=1, col=1)
    figure.update_yaxes(title_text="variance (log)", **scale, row=1, col=1)
    figure.update_xaxes(title_text="variance (log)", **scale, row=2, col=1)
    figure.update_yaxes(title_text=f"excess kurtosis{' (outliers named)' * bool(loud.any())}", row=2, col=1)
    figure.update_layout(height=HEIGHT, showlegend=False)
    return dressed(titled(figure, title))


def _points(figure: "go.Figure", some: pd.DataFrame, name: str, *, named: bool = False, dimmed: bool = False) -> None:
    """Kurtosis against variance of some dimensions; `named`: the first of them by their numbers, above the others."""
    figure.add_scatter(
        x=some["variance"],
        y=some["kurtosis"],
        mode="markers+text" if named else "markers",
        text=[str(one) if named and place < NAMED else "" for place, one in enumerate(some["dimension"])],
        textposition=[AROUND[place % len(AROUND)] for place in range(len(some))],
        hovertext=[f"dimension {one}" for one in some["dimension"]],
        marker={"size": 9 if named else 5, "opacity": 1.0 if named else 0.6} | ({"color": GREY} if dimmed else {}),
        zorder=2 if named else 1,
        name=name,
        cliponaxis=False,
        row=2,
        col=1,
    )
