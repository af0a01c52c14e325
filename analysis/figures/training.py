"""Curves of a training: the loss above, the score on the dev part below, one line a seed in its checkpoint's color."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.figures.palette import Theme
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

PANEL = 210  # pixels
PANELS = {"loss": "training loss", "dev": "score on the dev part"}


def training_figure(
    table: pd.DataFrame,
    colors: Mapping[str, str],
    *,
    title: str,
    theme: Theme = "light",
    panels: Mapping[str, str] = PANELS,
) -> "go.Figure":
    """Draw a table of `series.training`, or of other columns `panels`; one of which there is nothing is left out."""
    from plotly.subplots import make_subplots

    there = [name for name in panels if table[name].notna().any()]
    figure = make_subplots(len(there), 1, shared_xaxes=True, vertical_spacing=0.08)
    named: set[str] = set()
    for row, column in enumerate(there, 1):
        for (space, seed), line in table[table[column].notna()].groupby(["space", "seed"], sort=False):
            line = line.sort_values("step", kind="stable")
            name = plain(cut(space, 40))
            hovers = [
                f"<b>{name}</b>, seed {seed}<br>step {step:,}: {shown(value)}"
                for step, value in zip(line["step"], line[column], strict=True)
            ]
            figure.add_scatter(
                x=line["step"], y=line[column], name=name, legendgroup=name, showlegend=name not in named,
                mode="lines" if len(line) > 30 else "lines+markers", marker={"size": 5}, opacity=0.8,
                line={"color": colors[str(space)], "width": 1.5}, hovertext=hovers, hoverinfo="text", row=row, col=1,
            )  # fmt: skip
            named.add(name)
        figure.update_yaxes(title_text=panels[column], row=row, col=1)
    figure.update_xaxes(title_text="step", row=len(there), col=1)
    figure.update_layout(height=110 + PANEL * len(there), hovermode="closest")
    figure.update_layout(legend={"orientation": "h", "y": -0.16, "yanchor": "top", "x": 0})
    return dressed(titled(figure, title), theme)
