"""Densities: how several kinds of a thing are spread along one axis, drawn over one another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import ACCENT, LABELS
from analysis.figures.theme import dressed, titled
from analysis.figures.words import plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

BARS = 120  # drawn at most


def densities(
    counts: Mapping[str, npt.NDArray[np.integer]], edges: npt.NDArray[np.float64], *, title: str, x: str, y: str
) -> "go.Figure":
    """Draw the share per unit of x of each kind, its counts in the same bins joined into at most so many bars."""
    import plotly.graph_objects as go

    begins = np.arange(0, len(edges) - 1, -(-(len(edges) - 1) // BARS))
    ends = np.append(edges[begins], edges[-1])
    middles, figure = (ends[:-1] + ends[1:]) / 2, go.Figure()
    for (name, counted), color in zip(counts.items(), (ACCENT["light"], *LABELS["light"][1:]), strict=False):
        share = np.add.reduceat(counted, begins) / max(counted.sum(), 1) / np.diff(ends)
        looks = {"mode": "lines", "fill": "tozeroy", "line": {"shape": "hvh", "width": 1.5, "color": color}}
        figure.add_scatter(x=middles, y=share, name=plain(name), fillcolor=_thin(color), **looks)
    legend = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "orientation": "h"}  # never over a curve
    figure.update_layout(xaxis_title=x, yaxis_title=y, showlegend=len(counts) > 1, legend=legend)
    titled(figure, title)
    return dressed(figure.update_layout(margin_t=figure.layout.margin.t + 24))


def _thin(color: str) -> str:
    red, green, blue = bytes.fromhex(color[1:])
    return f"rgba({red}, {green}, {blue}, 0.25)"
