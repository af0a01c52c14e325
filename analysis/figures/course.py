"""Numbers along a series as small multiples over one axis: value, interval, chance, and where the series collapses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures.palette import ACCENT, GREY, INK, SERIES, Theme, series_colors
from analysis.figures.theme import TEXT, dressed, titled
from analysis.figures.words import cut, plain, shown
from analysis.series.course import Collapse, finding
from analysis.series.scored import NAME
from analysis.series.series import Series

if TYPE_CHECKING:
    import plotly.graph_objects as go

PANEL, GAP = 112, 42  # pixels of a panel, and between two
LONG = 100.0  # times the least place, from which on the places are drawn by their logarithm
TICKS = 16  # members up to which each has a tick

Key = tuple[str, str, str]  # analysis, number, label column


def course_figure(
    series: Series, table: pd.DataFrame, keys: Sequence[Key], collapse: Collapse | None, theme: Theme = "light"
) -> "go.Figure":
    """Draw these numbers of a table of `numbers_of`, one panel each; one hue, light to dark along the series."""
    from plotly.subplots import make_subplots

    height = (PANEL + GAP) * len(keys)
    figure = make_subplots(len(keys), 1, shared_xaxes=True, vertical_spacing=GAP / height)
    colors = series_colors(series.spaces)
    for row, key in enumerate(keys, 1):
        mine = table[(table[["analysis", "number", "other"]] == list(key)).all(axis=1)]
        for trace in _traces(mine, colors, series):
            figure.add_trace(trace, row=row, col=1)
        _head(figure, row, key)
    _axes(figure, series, table, len(keys))
    if collapse is not None:
        _mark(figure, collapse.at, theme)
    figure.update_layout(height=height + 120, showlegend=False, hovermode="closest")
    titled(figure, finding(series, table, collapse))  # above the first panel's name
    figure.update_layout(margin_t=figure.layout.margin.t + 28, title={"y": 1, "yref": "container", "yanchor": "top"})
    return dressed(figure, theme).update_annotations(font_color=INK[theme], selector={"name": "panel"})


def title_of(key: Key) -> str:
    """What a panel shows: `knn_accuracy@15 by topic`, or `accuracy on topic, linear` where it is a score."""
    analysis, number, other = key
    if analysis == NAME:
        task, _, method = other.partition("|")
        return f"{number.replace('_', ' ')} on {task or 'its own data'}, {method}"
    return number.replace("_", " ") + (f" by {other}" if other else "")


def _traces(rows: pd.DataFrame, colors: dict[str, str], series: Series) -> list[dict[str, Any]]:
    """Chance below, then the interval, then the line with a point for each member that has a value."""
    rows = rows.sort_values("at", kind="stable")
    hue, places = SERIES[0][2], _places(rows)
    line = {
        "x": places["at"],
        "y": places["value"],
        "mode": "lines",
        "line": {"color": hue, "width": 2},
        "hoverinfo": "skip",
    }
    known = rows[rows["value"].notna()]
    points = {
        "x": known["at"],
        "y": known["value"],
        "mode": "markers",
        "marker": {"size": 9, "color": [colors[space] for space in known["space"]], "line": {"width": 1, "color": hue}},
        "hovertext": [_hover(row, series) for _, row in known.iterrows()],
        "hoverinfo": "text",
    }
    bands = [*_band(places, "null_low", "null_high", GREY, edge=1), *_band(places, "low", "high", hue)]
    return [*bands, {"type": "scatter"} | line, {"type": "scatter"} | points]


def _places(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each place: where several members (seeds) stand, their mean, and bands around all of theirs."""
    how = {"value": "mean", "low": "min", "high": "max", "null_low": "min", "null_high": "max"}
    return rows.groupby("at", as_index=False).agg(how)


def _band(rows: pd.DataFrame, low: str, high: str, color: str, *, edge: int = 0) -> list[dict[str, Any]]:
    """The area between two columns, a piece for each run of members that have both; `edge`: pixels of its outline."""
    known = rows[[low, high]].notna().all(axis=1)
    red, green, blue = bytes.fromhex(color[1:])
    looks: dict[str, Any] = {"type": "scatter", "fill": "toself", "fillcolor": f"rgba({red}, {green}, {blue}, 0.25)"}
    looks |= {"mode": "lines", "line": {"color": color, "width": edge}}
    pieces = []
    for _, piece in rows[known].groupby((~known).cumsum()[known]):
        x, ends = piece["at"].to_numpy(), (piece[low].to_numpy(), piece[high].to_numpy())
        outline = {"x": np.concatenate([x, x[::-1]]), "y": np.concatenate([ends[1], ends[0][::-1]])}
        pieces.append(looks | outline | {"hoverinfo": "skip"})
    return pieces


def _hover(row: "pd.Series[Any]", series: Series) -> str:
    interval = f" [{shown(row['low'])}, {shown(row['high'])}]" if pd.notna(row["low"]) else ""
    chance = f"<br>chance [{shown(row['null_low'])}, {shown(row['null_high'])}]" if pd.notna(row["null_low"]) else ""
    n = f", n {row['n']:,.0f}" if pd.notna(row["n"]) else ""
    alone = sum(member.at == row["at"] for member in series.members) == 1
    named = series.place(row["space"]) if alone else str(row["space"])
    return f"<b>{plain(cut(named))}</b><br>{shown(row['value'])}{interval}{n}{chance}"


def _head(figure: "go.Figure", row: int, key: Key) -> None:
    where = {"x": 0, "y": 1, "xref": "paper", "yref": f"y{row if row > 1 else ''} domain", "xanchor": "left"}
    text = f"<b>{plain(cut(title_of(key), 60))}</b>"
    figure.add_annotation(**where, yanchor="bottom", yshift=4, text=text, showarrow=False, name="panel")


def _mark(figure: "go.Figure", at: float, theme: Theme) -> None:
    """A line through all panels; its word stands clear of the first panel's name, which is at the left."""
    figure.add_vline(x=at, line={"color": ACCENT[theme], "width": 2, "dash": "dash"})
    place = _place(at, figure.layout.xaxis.type == "log")  # where shapes take a value, annotations take its logarithm
    late = place > sum(figure.layout.xaxis.range) / 2
    side = {"xanchor": "right", "xshift": -6} if late else {"xanchor": "left", "xshift": 6}
    above = {"y": 1, "yref": "y domain", "yanchor": "bottom" if late else "top"}
    said = {"text": "collapse", "showarrow": False, "font": {"color": ACCENT[theme], "size": TEXT}}
    figure.add_annotation(x=place, **above, **side, **said)


def _axes(figure: "go.Figure", series: Series, table: pd.DataFrame, rows: int) -> None:
    places = sorted({member.at for member in series.members})
    long = places[0] > 0 and places[-1] / places[0] >= LONG
    edge = 0.03 * (_place(places[-1], long) - _place(places[0], long) or 1.0)
    ends = [_place(places[0], long) - edge, _place(places[-1], long) + edge]
    figure.update_xaxes(type="log" if long else "linear", range=ends)
    if len(places) <= TICKS and not long:
        figure.update_xaxes(tickvals=places, ticktext=[f"{place:,.10g}" for place in places])
    figure.update_xaxes(title_text=series.along, row=rows, col=1)
    figure.update_yaxes(nticks=4)


def _place(at: float, long: bool) -> float:
    return float(np.log10(at)) if long else at
