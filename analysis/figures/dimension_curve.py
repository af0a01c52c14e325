"""Dimension against scale: two ways to read it along one axis of distances, each with its interval."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.curve import BAND
from analysis.figures.theme import dressed, titled
from analysis.figures.ticks import log_axis
from analysis.figures.words import shown

if TYPE_CHECKING:
    import plotly.graph_objects as go


def dimension_curve(scales: pd.DataFrame, *, title: str) -> "go.Figure":
    """Draw a table of method, k, samples, distance, dimension, low and high: MLE in a band, TwoNN with error bars."""
    import plotly.graph_objects as go

    known = scales[scales["dimension"].notna()].sort_values("distance")
    mle, two = (known[known["method"] == method] for method in ("MLE", "TwoNN"))
    figure = go.Figure()
    _series(figure, mle, "MLE", [f"among the {k} nearest" for k in mle["k"]], "top center")
    _series(figure, two, "TwoNN", [f"among {size:,} samples" for size in two["samples"]], "top left")
    off = {"array": two["high"] - two["dimension"], "arrayminus": two["dimension"] - two["low"], "thickness": 1}
    figure.data[1].update(error_y={"type": "data", "symmetric": False, "width": 3} | off)
    sure = mle[mle["high"].notna()]
    outline = {
        "x": np.concatenate([sure["distance"], sure["distance"][::-1]]),
        "y": np.concatenate([sure["high"], sure["low"][::-1]]),
    }
    figure.add_scatter(**outline, fill="toself", fillcolor=BAND, mode="none", hoverinfo="skip", showlegend=False)
    figure.update_xaxes(title_text="mean distance of the k-th neighbour (log)")
    figure.update_xaxes(**log_axis(known["distance"].to_numpy()))
    figure.update_yaxes(title_text="intrinsic dimension", rangemode="tozero")
    figure.update_layout(showlegend=False)
    return dressed(titled(figure, title))


def _series(figure: "go.Figure", rows: pd.DataFrame, name: str, said: list[str], where: str) -> None:
    """A line with markers, its name beside its last point."""
    figure.add_scatter(
        x=rows["distance"],
        y=rows["dimension"],
        mode="lines+markers+text",
        name=name,
        text=[""] * (len(rows) - 1) + [name] * (len(rows) > 0),
        textposition=where,
        cliponaxis=False,
        hovertext=[f"{name} {words}: {shown(value)}" for words, value in zip(said, rows["dimension"], strict=True)],
        hoverinfo="text",
    )
