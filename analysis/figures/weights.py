"""The weights of checkpoints: a statistic as layer × type, and the scales of norms by depth."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.cells import BAR, write
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown
from analysis.weights import layers_by_type, norm_profile

if TYPE_CHECKING:
    import plotly.graph_objects as go

CELL, WRITTEN = 34, 160  # pixels of a row; cells up to which each is written in
DASHES = ("solid", "dash", "dot", "dashdot")


def layer_figure(weights: pd.DataFrame, column: str, *, name: str, called: str) -> "go.Figure":
    """Draw a column of the weights' table, a row a layer; hovering gives the exact mean over its tensors."""
    import plotly.graph_objects as go

    table = layers_by_type(weights, column)
    values = table.to_numpy(float)
    layers, types = [plain(one) for one in table.index], [plain(one) for one in table.columns]
    diverging = bool(np.nanmin(values) < 0 < np.nanmax(values)) if np.isfinite(values).any() else False
    figure = go.Figure(
        go.Heatmap(
            z=values, x=types, y=layers, coloraxis="coloraxis", xgap=1, ygap=1, hoverongaps=False,
            hovertemplate=f"layer %{{y}}, %{{x}}: %{{z:.4g}}<extra>{plain(called)}</extra>",
        )
    )  # fmt: skip
    if values.size <= WRITTEN:
        write(figure, values, types, layers)
    figure.update_xaxes(tickangle=-40, ticks="", showline=False)
    figure.update_yaxes(autorange="reversed", ticks="", showline=False, title_text="layer", type="category")
    figure.update_coloraxes(colorbar=BAR, showscale=bool(np.isfinite(values).any()))
    if diverging:
        figure.update_coloraxes(cmid=0)
    figure.update_layout(height=220 + CELL * max(4, len(layers)))
    return dressed(titled(figure, f"{name}: {called} by layer and type{_extreme(table)}"))


def norm_figure(both: Mapping[str, pd.DataFrame], colors: Mapping[str, str]) -> "go.Figure":
    """Draw the mean scale of each kind of norm by depth, a band of one SD about it; one colour a checkpoint."""
    import plotly.graph_objects as go

    figure, said = go.Figure(), []
    for name, weights in both.items():
        profile = norm_profile(weights)
        inside = profile[profile["depth"] >= 0]
        for number, ((stack, kind), line) in enumerate(inside.groupby(["stack", "type"], sort=False)):
            label = " ".join(word for word in (cut(name, 24), str(stack), str(kind)) if word)
            bars = {"type": "data", "array": line["sd"], "thickness": 1, "width": 3}
            looks = {"color": colors[name], "dash": DASHES[number % len(DASHES)], "width": 2}
            figure.add_scatter(
                x=line["depth"], y=line["mean"], error_y=bars, line=looks, mode="lines+markers", name=plain(label)
            )
        if len(inside):
            said.append(f"{name} {shown(float(inside['mean'].min()))} to {shown(float(inside['mean'].max()))}")
    figure.update_xaxes(title_text="layer", dtick=1)
    figure.update_yaxes(title_text="scale of the norm, mean ± SD of its entries")
    figure.update_layout(height=420, legend={"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0})
    return dressed(titled(figure, f"Scales of norms: {'; '.join(said)}" if said else "These networks have no norms"))


def _extreme(table: pd.DataFrame) -> str:
    """Where it is largest."""
    values = table.to_numpy(float)
    if not np.isfinite(values).any():
        return ""
    row, column = divmod(int(np.nanargmax(values)), values.shape[1])
    return f", largest in {table.columns[column]} of {table.index[row]} ({shown(float(values[row, column]))})"
