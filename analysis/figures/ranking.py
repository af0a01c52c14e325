"""Checkpoints ranked for a task, a panel for each estimator: value, interval, chance, and how probably the best."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures.palette import GREY, INK, Theme
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown
from analysis.registry import estimators
from analysis.series.ranking import Ranking

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROW, HEAD, MOST = 26, 46, 10  # pixels of a checkpoint and of a panel's name; checkpoints drawn
NAMED = 26  # letters of a name


def ranking_figure(
    found: Sequence[Ranking], colors: Mapping[str, str], *, title: str, theme: Theme = "light"
) -> "go.Figure":
    """Draw the rankings of one task; `customdata` holds the space of each point, which is its checkpoint's best."""
    from plotly.subplots import make_subplots

    rows = [min(len(one.checkpoints), MOST) for one in found]
    height = sum(ROW * (count + 0.5) for count in rows) + HEAD * len(found)
    heights = [ROW * (count + 0.5) for count in rows]
    figure = make_subplots(len(found), 1, row_heights=heights, vertical_spacing=HEAD / height if len(found) > 1 else 0)
    for row, one in enumerate(found, 1):
        table = one.checkpoints.head(MOST)
        for trace in _traces(table, colors):
            figure.add_trace(trace, row=row, col=1)
        ends = table[["value", "low", "high", "null_low", "null_high"]].to_numpy(dtype=float)
        least, most = float(np.nanmin(ends)), float(np.nanmax(ends))
        edge = 0.04 * (most - least or 1.0)
        figure.update_xaxes(range=[least - edge, most + edge], row=row, col=1)
        names = [plain(cut(_name(line), NAMED)) for line in table.to_dict("records")]
        looks = {"range": [len(table) - 0.4, -0.6], "tickvals": list(range(len(table))), "ticktext": names}
        figure.update_yaxes(**looks, ticks="", showline=False, row=row, col=1)
        _beside(figure, row, one, table)
    figure.update_xaxes(nticks=5)
    figure.update_layout(showlegend=False, hovermode="closest", height=height + 110)
    titled(figure, title)
    figure.update_layout(margin={"t": figure.layout.margin.t + 30, "r": 52})
    figure.update_layout(title={"y": 1, "yref": "container", "yanchor": "top"})
    return dressed(figure, theme).update_annotations(font_color=INK[theme])


def _traces(table: pd.DataFrame, colors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Chance, intervals, and a point for each checkpoint, the first on top."""
    places = list(range(len(table)))
    known = table["null_low"].notna()
    chance = {
        "type": "bar",
        "orientation": "h",
        "base": table.loc[known, "null_low"],
        "x": (table["null_high"] - table["null_low"])[known],
        "y": [place for place, there in zip(places, known, strict=True) if there],
        "width": 0.5,
        "marker": {"color": GREY, "opacity": 0.35, "line": {"width": 0}},
        "hoverinfo": "skip",
    }
    hues = [colors[name] for name in table["checkpoint"]]
    lines = [
        {
            "type": "scatter",
            "x": [line["low"], line["high"]],
            "y": [place, place],
            "mode": "lines",
            "line": {"color": hues[place], "width": 4},
            "hoverinfo": "skip",
        }
        for place, line in enumerate(table.to_dict("records"))
        if pd.notna(line["low"])
    ]
    points = {
        "type": "scatter",
        "x": table["value"],
        "y": places,
        "mode": "markers",
        "marker": {"size": 11, "color": hues, "line": {"width": 0}},
        "customdata": list(table["space"]),
        "hovertext": [_hover(line) for line in table.to_dict("records")],
        "hoverinfo": "text",
    }
    return [chance, *lines, points]


def _beside(figure: "go.Figure", row: int, one: Ranking, table: pd.DataFrame) -> None:
    """The panel's name above it, and at the right how probable it is that each checkpoint is the best."""
    axis = str(row if row > 1 else "")
    more = f", {MOST} of {len(one.checkpoints)} checkpoints" if len(one.checkpoints) > MOST else ""
    said = f"<b>{plain(estimators()[one.estimator].title)}</b>{more}"
    where = {"xref": "paper", "yref": f"y{axis} domain", "yanchor": "bottom", "showarrow": False}
    figure.add_annotation(x=0, y=1, xanchor="left", yshift=2, text=said, **where)
    figure.add_annotation(x=1, y=1, xanchor="right", xshift=48, yshift=2, text="P(best)", **where)
    for place, share in enumerate(table["probability_best"]):
        text = "–" if share != share else f"{share:.2f}"
        beside = {"xref": "paper", "yref": f"y{axis}", "xanchor": "right", "xshift": 48, "showarrow": False}
        figure.add_annotation(x=1, y=place, text=f"<b>{text}</b>" if share >= 0.5 else text, **beside)


def _name(line: Mapping[Any, Any]) -> str:
    return str(line["space"])


def _hover(line: Mapping[Any, Any]) -> str:
    interval = f" [{shown(line['low'])}, {shown(line['high'])}]" if pd.notna(line["low"]) else ""
    chance = f"<br>chance [{shown(line['null_low'])}, {shown(line['null_high'])}]" if pd.notna(line["null_low"]) else ""
    best = "" if line["probability_best"] != line["probability_best"] else line["probability_best"]
    said = f"<br>probability best {best:.2f}" if best != "" else ""
    return f"<b>{plain(cut(line['space']))}</b><br>{shown(line['value'])}{interval}, n {line['n']:,.0f}{chance}{said}"
