"""A heat map of every two spaces; cells no better than chance are grey, those not compared empty."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.cells import BAR, write
from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown, with_interval
from analysis.series.matrix import Matrix

if TYPE_CHECKING:
    import plotly.graph_objects as go

WRITTEN = 14  # spaces up to which each cell's number is written in it
CELL, MOST = 56, 12  # pixels of a cell; cells in a column that are so large
NAMED = 28  # characters of a name beside the cells
FAINT = 0.35  # opacity of a cell within chance


def matrix_figure(matrix: Matrix) -> "go.Figure":
    """Draw it: hovering names the pair, its interval and its chance; `customdata` holds the places of the pair."""
    import plotly.graph_objects as go

    names, values = list(matrix.names), matrix.values()
    np.fill_diagonal(values, np.nan)  # a space with itself says nothing
    grey = np.array([[matrix.beyond_chance(a, b) is False for b in names] for a in names])
    places = list(range(len(names)))  # names that begin alike are cut alike, and are two rows still
    shared = {
        "x": places,
        "y": places,
        "customdata": [[f"{i} {j}" for j in range(len(names))] for i in range(len(names))],
        "text": [[_hover(matrix, a, b) for b in names] for a in names],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
    }
    known = np.where(grey, np.nan, values)
    figure = go.Figure(go.Heatmap(z=known, coloraxis="coloraxis", **shared))
    if grey.any():
        shade = [[0.0, GREY], [1.0, GREY]]
        figure.add_heatmap(z=np.where(grey, 0.0, np.nan), colorscale=shade, opacity=FAINT, showscale=False, **shared)
    if len(names) <= WRITTEN:
        write(figure, values, places, places)
    told = known[np.isfinite(known)]
    if len(told):  # from zero on, so that small differences look small
        figure.update_coloraxes(cmin=min(0.0, told.min()), cmax=told.max())
    figure.update_coloraxes(colorbar=BAR, reversescale=matrix.same == 0, showscale=bool(len(told)))
    narrow = {"constrain": "domain", "showline": False, "ticks": ""}
    narrow |= {"tickvals": places, "ticktext": [plain(cut(name, NAMED)) for name in names]}
    figure.update_xaxes(constraintoward="left", tickangle=-40 if len(names) > 5 else None, **narrow)
    figure.update_yaxes(autorange="reversed", scaleanchor="x", **narrow)
    size = CELL * max(4, min(len(names), MOST))
    return dressed(titled(figure, title_of(matrix)).update_layout(height=160 + size))


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
