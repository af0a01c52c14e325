"""Learning curves: a score along the examples it is learnt from, one line a checkpoint, its interval as a band."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.palette import GREY, Theme
from analysis.figures.theme import TEXT, dressed, titled
from analysis.figures.words import cut, plain, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

HEIGHT, NAMED, LINE = 420, 8, 17  # pixels of the figure; lines that are named at their ends; pixels between two names
DASHES = ("solid", "dash", "dot", "dashdot")  # tell lines of one color apart


def learning_figure(
    table: pd.DataFrame, colors: Mapping[str, str], *, title: str, name: str, theme: Theme = "light"
) -> "go.Figure":
    """Draw a table of `series.shots`; `colors`: of each space, `name`: what the score is called."""
    import plotly.graph_objects as go

    figure = go.Figure()
    spaces = list(dict.fromkeys(table["space"]))
    _chance(figure, table)
    seen: dict[str, int] = {}
    for space in spaces:
        rows, color = table[table["space"] == space].sort_values("examples"), colors[space]
        _band(figure, rows, color)
        dash = DASHES[seen.setdefault(color, 0) % len(DASHES)]
        seen[color] += 1
        interval = ["" if pd.isna(row.low) else f" [{shown(row.low)}, {shown(row.high)}]" for row in rows.itertuples()]
        said = [
            f"<b>{plain(cut(space, 60))}</b><br>{count} of each class: {shown(value)}{more}"
            for count, value, more in zip(rows["examples"], rows["value"], interval, strict=True)
        ]
        looks = {"color": color, "width": 2, "dash": dash}
        figure.add_scatter(
            x=rows["examples"], y=rows["value"], mode="lines+markers", line=looks, name=plain(cut(space, 40)),
            hovertext=said, hoverinfo="text", marker={"size": 7},
        )  # fmt: skip
    counts = sorted(set(table["examples"]))
    figure.update_xaxes(type="log", tickvals=counts, ticktext=[str(count) for count in counts])
    ends = (np.log10(counts[0]), np.log10(counts[-1]))
    edge = 0.03 * (ends[1] - ends[0] or 1.0)
    figure.update_xaxes(title_text="examples of each class (log)", range=[ends[0] - edge, ends[1] + edge])
    figure.update_yaxes(title_text=name)
    few = len(spaces) < NAMED
    figure.update_layout(height=HEIGHT, showlegend=not few, hovermode="closest")
    titled(figure, title)
    if few:
        _names(figure, table, colors)
    return dressed(figure, theme)


def _chance(figure: "go.Figure", table: pd.DataFrame) -> None:
    """What chance gives, over all spaces: a grey band."""
    known = table[table["null_low"].notna()].groupby("examples")[["null_low", "null_high"]].mean()
    if known.empty:
        return
    x = known.index.to_numpy()
    outline = {
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([known["null_high"].to_numpy(), known["null_low"].to_numpy()[::-1]]),
    }
    looks = {"fill": "toself", "fillcolor": "rgba(139, 146, 156, 0.3)", "mode": "lines", "hoverinfo": "skip"}
    figure.add_scatter(**outline, **looks, line={"color": GREY, "width": 1}, name="chance")


def _band(figure: "go.Figure", rows: pd.DataFrame, color: str) -> None:
    sure = rows[rows["low"].notna()]
    if sure.empty:
        return
    red, green, blue = bytes.fromhex(color[1:])
    x = sure["examples"].to_numpy()
    outline = {
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([sure["high"].to_numpy(), sure["low"].to_numpy()[::-1]]),
    }
    looks = {"fill": "toself", "fillcolor": f"rgba({red}, {green}, {blue}, 0.18)", "mode": "none", "hoverinfo": "skip"}
    figure.add_scatter(**outline, **looks, showlegend=False)


def _names(figure: "go.Figure", table: pd.DataFrame, colors: Mapping[str, str]) -> None:
    """Each line's name at its end, those of ends that lie close moved apart; room for them at the right."""
    ends = table.sort_values("examples").groupby("space", sort=False).last().sort_values("value")
    low = float(np.nanmin(table[["value", "low", "null_low"]].to_numpy()))
    high = float(np.nanmax(table[["value", "high", "null_high"]].to_numpy()))
    pad = 0.04 * (high - low or 1.0)
    scale = (HEIGHT - figure.layout.margin.t - 60) / (high - low + 2 * pad)  # pixels of one
    figure.update_yaxes(range=[low - pad, high + pad])
    before = -np.inf
    longest = 0
    for space, row in ends.iterrows():
        place = max(row["value"] * scale, before + LINE)
        before, text = place, cut(space, 22)
        longest = max(longest, len(text))
        figure.add_annotation(
            x=float(np.log10(row["examples"])), y=row["value"], yshift=place - row["value"] * scale, xshift=8,
            xanchor="left", text=plain(text), showarrow=False, font={"color": colors[str(space)], "size": TEXT},
        )  # fmt: skip
    figure.update_layout(margin_r=24 + 7 * longest)
