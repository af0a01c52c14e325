"""A number of spaces against their score on a task: a point for each space, with the intervals of both."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.figures.palette import Theme
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

NAMED, LETTERS = 16, 22  # points up to which each is named; letters of a name
AROUND = {"top right": (1, 1), "top left": (-1, 1), "bottom right": (1, -1), "bottom left": (-1, -1)}
AROUND |= {"middle right": (1, 0), "middle left": (-1, 0), "top center": (0, 1), "bottom center": (0, -1)}
WIDE, HIGH = 0.013, 0.045  # shares of the figure that a letter and a line take


def against_figure(
    points: pd.DataFrame, colors: Mapping[str, str], *, x: str, y: str, title: str, theme: Theme = "light"
) -> "go.Figure":
    """Draw points (space, checkpoint, x, x_low, x_high, y, y_low, y_high); `customdata` holds the space."""
    import plotly.graph_objects as go

    figure = go.Figure()
    places = _places(points) if len(points) <= NAMED else None
    for number, row in enumerate(points.to_dict("records")):
        color = colors[row["checkpoint"]]
        named = {} if places is None else {"text": [plain(cut(row["space"], LETTERS))], "textposition": places[number]}
        figure.add_scatter(
            x=[row["x"]],
            y=[row["y"]],
            error_x=_bar(row, "x", color),
            error_y=_bar(row, "y", color),
            mode="markers" if places is None else "markers+text",
            marker={"size": 10, "color": color},
            customdata=[row["space"]],
            hovertext=[_hover(row, x, y)],
            hoverinfo="text",
            **named,
        )
    figure.update_xaxes(title_text=plain(x), nticks=8)
    figure.update_yaxes(title_text=plain(y), nticks=8)
    figure.update_layout(showlegend=False, hovermode="closest", height=480)
    return dressed(titled(figure, title), theme)


def _bar(row: Mapping[Any, Any], axis: str, color: str) -> dict[str, Any]:
    value, low, high = (row[name] for name in (axis, f"{axis}_low", f"{axis}_high"))
    if pd.isna(low) or pd.isna(high):
        return {"visible": False}
    ends = {"array": [max(high - value, 0)], "arrayminus": [max(value - low, 0)], "symmetric": False}
    return ends | {"type": "data", "color": color, "thickness": 1.4, "width": 0}


def _places(points: pd.DataFrame) -> list[str]:
    """On which side of each point its name stands: where it lies least on other points, names and edges."""
    ends = {
        axis: np.column_stack([points[f"{axis}_{end}"].fillna(points[axis]) for end in ("low", "high")])
        for axis in "xy"
    }
    low = np.array([ends["x"].min(), ends["y"].min()])
    span = np.array([ends["x"].max(), ends["y"].max()]) - low
    span = np.where(span > 0, span, 1)
    xy = (points[["x", "y"]].to_numpy(dtype=np.float64) - low) / span
    across, along = ((ends[axis] - low[place]) / span[place] for place, axis in enumerate("xy"))
    taken = [(x - 0.01, y - 0.02, x + 0.01, y + 0.02) for x, y in xy]
    taken += [(x - 0.002, bottom, x + 0.002, top) for (x, _), (bottom, top) in zip(xy, along, strict=True)]
    taken += [(left, y - 0.004, right, y + 0.004) for (_, y), (left, right) in zip(xy, across, strict=True)]
    found = []
    for (x, y), name in zip(xy, points["space"], strict=True):
        half = WIDE * min(len(name), LETTERS) / 2
        boxes = {}
        for side, (right, up) in AROUND.items():
            cx, cy = x + right * (half + 0.02), y + up * HIGH
            boxes[side] = (cx - half, cy - HIGH / 2, cx + half, cy + HIGH / 2)
        best = min(boxes, key=lambda side: _covered(boxes[side], taken))
        taken.append(boxes[best])
        found.append(best)
    return found


def _covered(box: tuple[float, ...], taken: Sequence[tuple[float, ...]]) -> float:
    """How much of a box others lie on, or is outside."""
    left, low, right, high = box
    over = sum(
        max(0.0, min(right, other[2]) - max(left, other[0])) * max(0.0, min(high, other[3]) - max(low, other[1]))
        for other in taken
    )
    outside = max(0.0, -0.04 - left) + max(0.0, right - 1.04)
    return over + outside * (high - low)


def _hover(row: Mapping[Any, Any], x: str, y: str) -> str:
    lines = [f"<b>{plain(cut(row['space']))}</b>"]
    for axis, title in (("x", x), ("y", y)):
        low, high = row[f"{axis}_low"], row[f"{axis}_high"]
        interval = "" if pd.isna(low) or pd.isna(high) else f" [{shown(low)}, {shown(high)}]"
        lines.append(f"{plain(title)}: {shown(row[axis])}{interval}")
    return "<br>".join(lines)
