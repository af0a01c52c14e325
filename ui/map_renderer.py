"""What a map is, whoever draws it: a picture goes in, events come out. Plotly draws today; a faster one can."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.palette import Theme
from ui.plot import Event, Saving


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything a map shows; each of `ids` is a point at `coordinates` (m, 2 or 3) with a card in `hovers`.

    `title` states the finding and the trust, `caption` approximations. `color`: one value per point. `hidden` (m,) are
    left out by a filter, `selected` stand out where there are any. `near` are the neighbours of `pinned`, or of a
    query. `seen` names coordinates and samples: while it stays, zoom stays.
    """

    title: str
    caption: str
    seen: str
    ids: Sequence[str]
    coordinates: npt.NDArray[np.float32]
    color: pd.Series | None
    hovers: Sequence[str]
    hidden: npt.NDArray[np.bool_]
    selected: tuple[str, ...] = ()
    pinned: str = ""
    near: tuple[str, ...] = ()
    theme: Theme = "light"
    height: int = 600


class MapRenderer(Protocol):
    """Draws a picture on the page and says what is done to it. Zoom and tool outlive every redraw of the same key."""

    def draw(
        self, picture: Picture, *, key: str, name: str, on_event: Callable[[Event], None], saving: Saving | None
    ) -> None:
        """Draw."""
        ...
