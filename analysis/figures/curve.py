"""Curves: one quantity along another, with what chance would give in grey."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled

if TYPE_CHECKING:
    import plotly.graph_objects as go

Floats = npt.NDArray[np.float64]
LOG = {"type": "log", "dtick": 1, "exponentformat": "power"}  # labels at powers of ten alone
BAND = "rgba(70, 130, 205, 0.22)"  # the accent of both themes, thin


def curve(
    x: Floats,
    y: Floats,
    *,
    title: str,
    x_title: str,
    y_title: str,
    name: str = "observed",
    band: tuple[Floats, Floats] | None = None,
    chance: Floats | None = None,
    chance_name: str = "chance",
    log_x: bool = False,
    log_y: bool = False,
) -> "go.Figure":
    """A line over x with an optional band about it and an optional grey line of chance."""
    import plotly.graph_objects as go

    mode = "lines+markers" if len(x) <= 30 else "lines"
    figure = go.Figure(go.Scatter(x=x, y=y, mode=mode, name=name))  # the first trace, for the theme's first color
    if band is not None:
        outline = {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([band[1], band[0][::-1]])}
        looks = {"fill": "toself", "fillcolor": BAND, "mode": "none", "hoverinfo": "skip", "showlegend": False}
        figure.add_scatter(**outline, **looks)
    if chance is not None:
        figure.add_scatter(x=x, y=chance, mode="lines", line={"color": GREY, "width": 2}, name=chance_name)
    figure.update_xaxes(title_text=x_title, **(LOG if log_x else {}))
    figure.update_yaxes(title_text=y_title, **(LOG if log_y else {}))
    legend = {"x": 1, "xanchor": "right", "y": 1, "yanchor": "top"}
    figure.update_layout(showlegend=chance is not None, legend=legend)
    return dressed(titled(figure, title))
