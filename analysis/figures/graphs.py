"""Figures of a space and a graph: distances of linked and unlinked pairs, accuracy beside local consistency, radii."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.densities import densities
from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, value_of, with_interval
from analysis.result import Result

if TYPE_CHECKING:
    import plotly.graph_objects as go

KINDS = (("radius_majority_accuracy", "within the best radius", "circle"), ("one_nn_accuracy", "nearest", "diamond"))
LONGEST = 30  # letters of a name


def link_distances(result: Result) -> "go.Figure":
    """How far linked pairs lie apart, and unlinked ones."""
    table, number = result.tables["distances"], value_of(result, "link_auroc")
    edges = np.append(table["from"].to_numpy(), table["to"].to_numpy()[-1])
    kinds = {"linked": table["linked"].to_numpy(), "not linked": table["unlinked"].to_numpy()}
    title = f"A linked pair is nearer than an unlinked one in {with_interval(number)} of cases (chance 0.5)"
    if number.value is None:
        title = "Distances of linked and of unlinked pairs"
    return densities(kinds, edges, title=title, x="distance of a pair of samples", y="density")


def recovery(table: pd.DataFrame, *, holds: bool) -> "go.Figure":
    """Accuracies against local consistency: a pair of points for each row (space, label), and the identity line.

    `holds`: whether every space of the table recovers the graph exactly. The short grey lines are strict consistency,
    the floor of the nearest neighbour where it does.
    """
    import plotly.graph_objects as go

    figure = go.Figure()
    names = [cut(f"{row['space']}, {row['label']}", LONGEST) for _, row in table.iterrows()]
    x = table["lc_majority"].to_numpy()
    for column, said, symbol in KINDS:
        looks = {"symbol": symbol, "size": 10}
        figure.add_scatter(x=x, y=table[column], mode="markers", marker=looks, name=said, text=list(map(plain, names)))
    for at, floor in zip(x, table["lc_strict"], strict=True):
        line = {"color": GREY, "width": 2}
        figure.add_scatter(
            x=[at - 0.012, at + 0.012], y=[floor] * 2, mode="lines", line=line, showlegend=False, hoverinfo="skip"
        )
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "width": 1, "dash": "dot"}, name="as consistent"
    )
    figure.update_traces(
        hovertemplate="%{text}<br>consistency %{x:.3f}<br>accuracy %{y:.3f}<extra></extra>",
        selector={"mode": "markers"},
    )
    ends = {"range": [-0.02, 1.02]}
    figure.update_xaxes(title_text="local consistency of the label over the graph", **ends)
    figure.update_yaxes(title_text="accuracy", **ends)
    legend = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "orientation": "h"}
    titled(figure.update_layout(legend=legend), _finding(table, holds))
    return dressed(figure.update_layout(margin_t=figure.layout.margin.t + 24, height=440))


def _finding(table: pd.DataFrame, holds: bool) -> str:
    gaps = (table["radius_majority_accuracy"] - table["lc_majority"]).abs()
    if holds:
        return "Recovery is exact, so the vote within the radius is as right as the graph is consistent"
    return f"Recovery is not exact: votes within the best radius are up to {gaps.max():.2f} from local consistency"


def by_radius(table: pd.DataFrame, linked: float | None) -> "go.Figure":
    """Local consistency of all within a radius, for growing radii, and that of the graph as a line."""
    import plotly.graph_objects as go

    figure = go.Figure()
    said = {"lc_majority": "majority", "lc_soft": "soft", "lc_strict": "strict"}
    for column, name in said.items():
        figure.add_scatter(x=table["radius"], y=table[column], mode="lines+markers", name=name)
    if linked is not None:
        ends = [table["radius"].min(), table["radius"].max()]
        line = {"color": GREY, "dash": "dot"}
        figure.add_scatter(x=ends, y=[linked] * 2, mode="lines", line=line, name="majority over the graph")
    figure.update_xaxes(title_text="radius (1, 2, 4 … 64 neighbours on average)")
    figure.update_yaxes(title_text="local consistency", range=[0, 1.02])
    best = table["lc_majority"].max()
    titled(figure, f"Of all within a radius, the leading class is a sample's own for {best:.0%} at best")
    legend = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "orientation": "h"}
    return dressed(figure.update_layout(legend=legend, margin_t=figure.layout.margin.t + 24))
