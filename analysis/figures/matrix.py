"""A heat map of every two spaces; cells no better than chance are grey, those not compared empty."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown, with_interval
from analysis.series.matrix import Matrix

if TYPE_CHECKING:
    import plotly.graph_objects as go

WRITTEN = 14  # spaces up to which each cell's number is written in it
CELL = 46  # pixels


def matrix_figure(matrix: Matrix) -> "go.Figure":
    """Draw it: hovering names the pair, its interval and its chance; `customdata` holds the places of the pair."""
    import plotly.graph_objects as go

    names, values = list(matrix.names), matrix.values()
    grey = np.array([[matrix.beyond_chance(a, b) is False for b in names] for a in names])
    labels = [plain(cut(name, 28)) for name in names]
    pairs = [[f"{i} {j}" for j in range(len(names))] for i in range(len(names))]
    hovers = [[_hover(matrix, a, b) for b in names] for a in names]
    known = values[np.isfinite(values)]
    shared = {"x": labels, "y": labels, "customdata": pairs, "text": hovers, "hovertemplate": "%{text}<extra></extra>"}
    figure = go.Figure(
        go.Heatmap(
            z=np.where(grey, np.nan, values),
            zmin=float(known.min()),
            zmax=float(known.max()),
            reversescale=matrix.same == 0,
            xgap=2,
            ygap=2,
            colorbar={"thickness": 10, "len": 0.7, "outlinewidth": 0},
            **shared,
        )
    )
    if grey.any():
        shade = [[0, GREY], [1, GREY]]
        faint = np.where(grey, 0.0, np.nan)
        figure.add_heatmap(z=faint, colorscale=shade, opacity=0.35, showscale=False, xgap=2, ygap=2, **shared)
    if len(names) <= WRITTEN:
        for i, row in enumerate(values):
            for j, value in enumerate(row):
                if i != j and np.isfinite(value):
                    figure.add_annotation(x=labels[j], y=labels[i], text=shown(value), showarrow=False, font_size=11)
    figure.update_xaxes(side="bottom", tickangle=-40 if len(names) > 5 else 0, showline=False, ticks="")
    figure.update_yaxes(autorange="reversed", showline=False, ticks="", scaleanchor="x", constrain="domain")
    height = 150 + CELL * min(len(names), 18)
    return dressed(titled(figure, title_of(matrix)).update_layout(height=max(360, height)))


def title_of(matrix: Matrix) -> str:
    """The finding: which two spaces are most alike, which least."""
    known = {pair: cell for pair, cell in matrix.cells.items() if cell.value is not None}
    if not known:
        return f"{matrix.title}: no two spaces could be compared"
    order = sorted(known, key=lambda pair: known[pair].value or 0.0, reverse=matrix.same == 1)
    first, last = order[0], order[-1]
    said = f"{matrix.title}: {first[0]} and {first[1]} are most alike, {with_interval(known[first])}"
    if len(order) > 1:
        said += f"; {last[0]} and {last[1]} least, {with_interval(known[last])}"
    return said


def _hover(matrix: Matrix, a: str, b: str) -> str:
    cell = matrix.cells.get((a, b), matrix.cells.get((b, a)))
    pair = f"<b>{plain(a)}</b> and <b>{plain(b)}</b>"
    if a == b:
        return f"{plain(a)} with itself: {matrix.same:g}"
    if cell is None:
        return f"{pair}: not compared"
    if cell.value is None:
        return f"{pair}: {plain(cell.why)}"
    chance = ""
    if cell.null_low is not None and cell.null_high is not None:
        chance = f"<br>chance {shown(cell.null_mean)} [{shown(cell.null_low)}, {shown(cell.null_high)}]"
    return f"{pair}<br>{with_interval(cell)}, n {cell.n:,}{chance}"
