"""The matrix of benefits: ways to begin × tasks; cells that do not count are grey."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures.cells import BAR, write
from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.words import plain, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW, FAINT = 40, 0.35  # pixels; opacity of what does not count
DECIMALS, NAMED = 2, 5  # of a benefit; ways in the title


def benefit_figure(cells: pd.DataFrame, *, called: str, regime: str) -> "go.Figure":
    """Draw the cells of one regime and metric; `customdata` names way and task."""
    import plotly.graph_objects as go

    ways, tasks = list(dict.fromkeys(cells["way"])), list(dict.fromkeys(cells["task"]))
    rows = {(row["way"], row["task"]): row for row in cells.to_dict("records")}
    known = np.array([[_value(rows.get((way, task))) for task in tasks] for way in ways])
    flagged = np.array([[_flagged(rows.get((way, task))) for task in tasks] for way in ways])
    shared: dict[str, Any] = {
        "x": [plain(task) for task in tasks],
        "y": [plain(way) for way in ways],
        "customdata": [[f"{way}|{task}" for task in tasks] for way in ways],
        "text": [[_hover(rows.get((way, task)), called) for task in tasks] for way in ways],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
    }
    figure = go.Figure(go.Heatmap(z=known, coloraxis="coloraxis", **shared))
    if flagged.any():
        shade = [[0.0, GREY], [1.0, GREY]]
        figure.add_heatmap(z=np.where(flagged, 0.0, np.nan), colorscale=shade, opacity=FAINT, showscale=False, **shared)
    write(figure, known, shared["x"], shared["y"], DECIMALS)
    figure.update_coloraxes(colorbar=BAR | {"title": {"text": "benefit", "side": "right"}}, cmin=0, cmax=1)
    figure.update_coloraxes(showscale=bool(np.isfinite(known).any()))
    figure.update_xaxes(tickangle=-40, ticks="", showline=False)
    figure.update_yaxes(autorange="reversed", ticks="", showline=False)
    figure.update_layout(height=200 + ROW * max(4, len(ways)))
    return dressed(titled(figure, f"{regime.capitalize()}: {_finding(cells)}"))


def means(cells: pd.DataFrame) -> pd.Series:
    """Mean benefit of each way over the cells that count; ways without any are left out."""
    return cells[cells["counts"]].groupby("way", sort=False)["benefit"].mean()


def _finding(cells: pd.DataFrame) -> str:
    found = means(cells).drop(["random", "natural"], errors="ignore")
    tasks = cells[cells["counts"]]["task"].nunique()
    if found.empty:
        return f"natural pre-training brings enough on {tasks} of {cells['task'].nunique()} tasks"
    best = found.sort_values(ascending=False)
    said = ", ".join(f"{way} {shown(float(value), DECIMALS)}" for way, value in best[:NAMED].items())
    if len(best) > NAMED:
        said += f", others at most {shown(float(best.iloc[NAMED]), DECIMALS)}"
    return f"mean share of natural pre-training's benefit on {tasks} task{'s' * (tasks != 1)}: {said}"


def _value(row: "Mapping[Hashable, Any] | None") -> float:
    return float(row["benefit"]) if row is not None and row["counts"] else float("nan")


def _flagged(row: "Mapping[Hashable, Any] | None") -> bool:
    return row is not None and not row["counts"]


def _hover(row: "Mapping[Hashable, Any] | None", called: str) -> str:
    if row is None:
        return ""
    score, low, high, gap = (float(row[name]) for name in ("score", "low", "high", "denominator"))
    said = f"<b>{plain(row['way'])}</b> on {plain(row['task'])}<br>{called} {100 * score:.1f}, {row['seeds']} seeds"
    said += f"<br>natural − random {100 * gap:.1f} points"
    if not row["counts"]:
        return f"{said}<br>not counted: fewer than ten points or three SDs over seeds"
    return f"{said}<br>benefit {shown(float(str(row['benefit'])))} [{shown(low)}, {shown(high)}]"
