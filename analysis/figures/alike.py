"""Two figures of one kind on the same axes, so that what stands side by side can be compared by eye."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.figures.ticks import log_axis

if TYPE_CHECKING:
    import plotly.graph_objects as go

ROOM = 0.04  # of an axis, left free at each end


def alike(figure: "go.Figure", other: "go.Figure") -> "go.Figure":
    """The figure with its axes as long as both need; an axis of words or of other places stays as it is."""
    for axis in ("x", "y"):
        mine, theirs = (one.layout[f"{axis}axis"] for one in (figure, other))
        logarithmic = mine.type == "log"
        if mine.type != theirs.type or (not logarithmic and mine.ticktext != theirs.ticktext):
            continue
        found = [values for one in (figure, other) for values in _values(one, axis)]
        if not found or any(values is None for values in found):
            continue
        values = np.concatenate([part for part in found if part is not None])
        values = values[np.isfinite(values) & ((values > 0) | (not logarithmic))]
        if not len(values):
            continue
        changes: dict[str, Any] = log_axis(values) if logarithmic else {}
        places = np.log10(values) if logarithmic else values
        low, high = float(places.min()), float(places.max())
        room = ROOM * (high - low) or 0.5
        figure.update_layout({f"{axis}axis": changes | {"range": [low - room, high + room]}})
    return figure


def _values(figure: "go.Figure", axis: str) -> Iterator[npt.NDArray[np.float64] | None]:
    """What the traces show along an axis, with the ends of their intervals; None for words."""
    for trace in figure.data:
        shown = trace[axis]
        if shown is None or not len(shown):
            continue
        try:
            values = np.asarray(shown, np.float64)
        except (TypeError, ValueError):
            yield None
            continue
        yield values
        ends = trace["error_y"] if axis == "y" and "error_y" in trace else None
        if ends is not None and ends.array is not None:
            yield values + np.asarray(ends.array, np.float64)
            yield values - np.asarray(ends.arrayminus if ends.arrayminus is not None else ends.array, np.float64)
