"""A heat map of groups with groups: a square of cells, hovering names the two groups and gives the exact value."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.cells import BAR, write
from analysis.figures.theme import dressed, titled
from analysis.figures.words import cut, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

WRITTEN = 12  # groups up to which each cell's value is written in it
NAMED = 24  # letters of a group's name on an axis
LETTERS = 40  # of all names below the cells; more stand aslant
HEIGHT, ROOM = 440, 120  # pixels: of the cells, and for names and title
APART = 0.03  # of the side: names nearer to one another would lie on each other


def heat(
    values: npt.NDArray[np.floating],
    groups: Sequence[str],
    *,
    hovers: Sequence[Sequence[str]],
    title: str,
    subtitle: str,
    axis: str,
    scale: str,
) -> "go.Figure":
    """Draw square values, NaN where there is none; `groups`: the name of each row, equal ones follow one another.

    A group of several rows is named once, in its middle, and set off by lines. `scale`: what the colors mean.
    """
    import plotly.graph_objects as go

    n, begins = len(groups), [i for i in range(len(groups)) if i == 0 or groups[i] != groups[i - 1]]
    cells = {"text": hovers, "hovertemplate": "%{text}<extra></extra>", "hoverongaps": False}
    gaps = {"xgap": 1, "ygap": 1} if len(begins) == n else {}
    figure = go.Figure(go.Heatmap(z=values, coloraxis="coloraxis", **cells, **gaps))
    middles = [(begin + end - 1) / 2 for begin, end in zip(begins, [*begins[1:], n], strict=True)]
    named = _spread(middles, begins, n)
    names = [plain(cut(groups[begins[i]], NAMED)) for i in named]
    looks = {"tickvals": [middles[i] for i in named], "ticktext": names, "constrain": "domain"}
    looks |= {"ticks": "", "showline": False}
    angle = -40 if sum(map(len, names)) > LETTERS else None  # as it fits
    figure.update_xaxes(title_text=axis, tickangle=angle, constraintoward="left", **looks)
    figure.update_yaxes(autorange="reversed", scaleanchor="x", constraintoward="top", **looks)
    if len(begins) < n:
        line = {"line_color": "rgba(255, 255, 255, 0.8)", "line_width": 1}
        for begin in begins[1:]:
            figure.add_vline(begin - 0.5, **line)
            figure.add_hline(begin - 0.5, **line)
    elif n <= WRITTEN:
        write(figure, values, range(n), range(n))
    figure.update_coloraxes(
        colorbar=BAR | {"title": {"text": scale, "side": "right"}}, showscale=bool(np.isfinite(values).any())
    )
    figure.update_layout(height=HEIGHT + ROOM)
    return dressed(titled(figure, title).update_layout(title_subtitle_text=plain(subtitle)))


def _spread(middles: Sequence[float], begins: Sequence[int], n: int) -> list[int]:
    """The groups whose names fit, the largest first."""
    sizes = np.diff([*begins, n])
    taken: list[int] = []
    for place in np.argsort(-sizes, kind="stable").tolist():
        if all(abs(middles[place] - middles[other]) >= APART * n for other in taken):
            taken.append(place)
    return sorted(taken)
