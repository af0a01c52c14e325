"""What heat maps share: the number written in each cell, and the bar that says what the colors mean."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import INK
from analysis.figures.words import shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

BAR = {"thickness": 10, "len": 0.8, "outlinewidth": 0, "x": 1.02}


def write(
    figure: "go.Figure",
    values: npt.NDArray[np.floating],
    columns: Sequence[Any],
    rows: Sequence[Any],
    decimals: int | None = None,
) -> None:
    """Write each finite value in its cell, on a patch that keeps it readable on every color."""
    looks = {"showarrow": False, "font_size": 12, "font_color": INK["light"], "borderpad": 1}
    for i, j in np.argwhere(np.isfinite(values)):
        said = f"<b>{shown(float(values[i, j]), decimals)}</b>"
        figure.add_annotation(x=columns[j], y=rows[i], text=said, bgcolor="rgba(255,255,255,.82)", **looks)
