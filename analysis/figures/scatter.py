"""The map: one point per sample, colored by a column, the selected bright and the rest dimmed.

Ids travel in `customdata`, so that a selection in any trace names samples. `uirevision` is fixed, so that the zoom
survives a new color. plotly's 3-D points know no selection: there the rest of each category is a faint trace.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.palette import GREY, OTHER, SEQUENTIAL, Theme, label_colors, scale
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, hover, plain, shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

Rows = npt.NDArray[np.intp]

DIM = 0.1  # opacity of what is not selected
OUTLYING = 0.02  # share of numbers at each end that take the ramp's end colors
LEGEND_NAME = 28  # characters of a category


def scatter(
    frame: pd.DataFrame,
    *,
    color: str | None = None,
    selected: Collection[str] = (),
    theme: Theme = "light",
    dimensions: Literal[2, 3] = 2,
    hover_columns: Sequence[str] = (),
    hovers: Sequence[str] | None = None,
    title: str = "",
) -> "go.Figure":
    """Draw columns x, y (and z) of a frame with a column id; `color` names a column of categories or numbers.

    A column counts as numbers where its type is numeric. Without a selection every point is bright. `hovers`: cards
    that were made before, one per row, instead of those made of `hover_columns`.
    """
    import plotly.graph_objects as go

    chosen = frame["id"].isin(set(selected)).to_numpy()
    made = hovers is None
    texts = _hovers(frame, [*([color] if color else []), *hover_columns]) if made else np.array(hovers, dtype=object)
    figure = go.Figure()
    for rows, look in _traces(frame, color, chosen, theme):
        _add(figure, frame, rows, look, texts, chosen, dimensions)
    figure.update_layout(
        uirevision="map",
        legend={"title": {"text": plain(cut(color or "", LEGEND_NAME))}},
        dragmode="pan" if dimensions == 2 else "orbit",
        margin={"l": 8, "r": 8, "b": 8},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return dressed(titled(figure, title), theme)


def span_of(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The ends of a ramp for numbers: their 2nd and 98th percentile, so that no single one takes all of it.

    >>> span_of(np.array([1.0, 1.0, np.nan])), span_of(np.array([]))
    ((1.0, 1.0), (0.0, 1.0))
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = np.quantile(finite, [OUTLYING, 1 - OUTLYING])
    return (float(low), float(high)) if low < high else (float(finite.min()), float(finite.max()))


def _traces(
    frame: pd.DataFrame, color: str | None, chosen: npt.NDArray[np.bool_], theme: Theme
) -> list[tuple[Rows, dict[str, Any]]]:
    """Rows and look of each trace, missing values first so that they lie below."""
    if color is None:
        rows = np.arange(len(frame))
        return [(rows, {"name": _counted("samples", rows, chosen)})]
    column = frame[color]
    missing = np.flatnonzero(column.isna().to_numpy())
    traces: list[tuple[Rows, dict[str, Any]]] = []
    if len(missing):
        traces.append((missing, {"name": _counted("none", missing, chosen), "color": GREY}))
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        rows = np.flatnonzero(column.notna().to_numpy())
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)[rows]
        return [*traces, (rows, _ramp(values, color, theme) | {"name": _counted("all", rows, chosen)})]
    words = column.astype("string")
    counts = {str(name): int(count) for name, count in words.value_counts().items()}
    colors = label_colors(counts, theme)
    for name, hue in colors.items():
        rows = np.flatnonzero((words == name).fillna(value=False).to_numpy(dtype=bool))
        traces.append((rows, {"name": _counted(name, rows, chosen), "color": hue}))
    if beyond := len(counts) - len(colors):
        rows = np.flatnonzero(words.notna().to_numpy() & ~words.isin(list(colors)).to_numpy(dtype=bool))
        traces.insert(
            bool(len(missing)), (rows, {"name": _counted(f"{beyond} other", rows, chosen), "color": OTHER[theme]})
        )
    return traces


def _ramp(values: npt.NDArray[np.float64], color: str, theme: Theme) -> dict[str, Any]:
    """Numbers along the ramp."""
    low, high = span_of(values)
    return {
        "color": values,
        "cmin": low,
        "cmax": high if high > low else low + 1.0,
        "colorscale": scale(SEQUENTIAL[theme]),
        "colorbar": {"title": {"text": plain(cut(color, LEGEND_NAME))}, "thickness": 12, "outlinewidth": 0},
    }


def _add(
    figure: "go.Figure",
    frame: pd.DataFrame,
    rows: Rows,
    look: dict[str, Any],
    texts: npt.NDArray[np.object_],
    chosen: npt.NDArray[np.bool_],
    dimensions: int,
) -> None:
    name = look.pop("name")
    marker = look | {"size": _size(len(frame)), "opacity": 0.85, "line": {"width": 0}}
    shared = {"mode": "markers", "legendgroup": name, "name": name, "hoverinfo": "text", "hovertemplate": None}

    def points(part: Rows, opacity: float) -> dict[str, Any]:
        style = marker | {"opacity": opacity}
        if isinstance(style.get("color"), np.ndarray):
            style["color"] = style["color"][np.searchsorted(rows, part)]
        axes = {axis: frame[axis].to_numpy()[part] for axis in "xyz"[:dimensions]}
        ids = frame["id"].to_numpy(dtype=object)[part]
        return shared | axes | {"customdata": ids, "hovertext": texts[part], "marker": style}

    if dimensions == 2:
        bright = np.flatnonzero(chosen[rows]) if chosen.any() else None
        figure.add_scattergl(**points(rows, 0.85), selectedpoints=bright, unselected={"marker": {"opacity": DIM}})
        return
    if chosen.any():
        rest = rows[~chosen[rows]]
        figure.add_scatter3d(**points(rest, DIM), showlegend=False)
    figure.add_scatter3d(**points(rows[chosen[rows]] if chosen.any() else rows, 0.85))


def _counted(name: str, rows: Rows, chosen: npt.NDArray[np.bool_]) -> str:
    among = f"{int(chosen[rows].sum()):,} / " if chosen.any() else ""
    return plain(f"{cut(name, LEGEND_NAME)} ({among}{len(rows):,})")


def _hovers(frame: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.object_]:
    ids = [f"<b>{hover(name)}</b>" for name in frame["id"]]
    for column in dict.fromkeys(columns):
        head = plain(cut(column, LEGEND_NAME))
        ids = [
            card
            if value is None or value is pd.NA or value != value
            else f"{card}<br>{head}: {shown(value) if isinstance(value, float) else hover(value)}"
            for card, value in zip(ids, frame[column].tolist(), strict=True)
        ]
    return np.array(ids, dtype=object)


def _size(n: int) -> float:
    """Diameter in pixels: smaller the more points there are."""
    return float(np.clip(14 - 2.4 * np.log10(max(n, 10)), 2.5, 9))
